"""The API keeps to its own OpenAPI document, whatever is thrown at it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from catalog_svc.bootstrap import MIGRATIONS, build
from catalog_svc.settings import CatalogSettings
from chassis.service import Service
from chassis.testing import Tokens, bearer
from chassis.testing.fuzzing import Held, opened
from contracts.identity import BranchDefined, UnitDefined
from contracts.tokens import Role

CODES = [f"HUZHENG-{number:03d}" for number in range(1, 41)]


@pytest.fixture
def held(
    postgres_url: str, tokens: Tokens, tmp_path: Path, item: dict[str, Any], write_catalogue: Any
) -> Iterator[Held]:
    """Each item published as version 1, most with a draft of version 2."""
    contents = [{**item, "code": code, "name": f"{item['name']}（{code[-3:]}）"} for code in CODES]
    write_catalogue(tmp_path, contents)

    def service(url: str) -> Service:
        return build(
            CatalogSettings(database_url=url, kafka_bootstrap="127.0.0.1:1", catalogue_folder=tmp_path)
        )

    with opened(postgres_url, MIGRATIONS, service, tokens) as held:
        held.do(held.running.deliver(*ORGANISATION))
        with httpx2.Client(base_url=held.url, headers=bearer(held.callers[Role.CATALOG_EDITOR])) as editor:
            for content in contents[:32]:
                open_draft(editor, content)
        held.known |= {
            "code": CODES,
            "content": contents,
            "version": [2, 2, 1],
            "revision": [2, 2, 1],
            "branch": ["XC"],
        }
        new = [{**item, "code": f"HUZHENG-{number}"} for number in range(901, 931)]
        held.at["POST /api/catalog/items"] = {"content": new}
        yield held


def open_draft(editor: httpx2.Client, content: dict[str, Any]) -> None:
    """Version 2, saved once: its revision is 2."""
    versions = f"/api/catalog/items/{content['code']}/versions"
    changed = {"revision": 1, "content": {**content, "name": f"{content['name']}（新）"}}
    assert editor.post(versions, json={}).status_code == 201
    saved = editor.put(f"{versions}/2", json=changed)
    assert (saved.status_code, saved.json()["revision"]) == (200, 2), saved.text


ORGANISATION = (
    BranchDefined(code="XC", name="西安市公安局新城分局", short_name="新城", name_en="Xincheng Branch"),
    UnitDefined(code="XC-HUZHENG", name="新城分局户政", name_en="XC", department="HUZHENG", branch="XC"),
)


def test_every_answer_is_as_documented(held: Held, subtests: pytest.Subtests) -> None:
    # Saving comes last: it leads the drafts past the revision that is known.
    for operation in sorted(held.operations(), key=lambda operation: operation.method == "put"):
        with subtests.test(operation.label):
            held.try_everything(operation)
    assert held.unreached() == set()
