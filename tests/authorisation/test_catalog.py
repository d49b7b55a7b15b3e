"""catalog-svc against its table: what everybody reads, and what editors alone see and do."""

import itertools
from typing import Any

import pytest
import yaml
from chassis.testing import Running, bearer
from contracts.identity import BranchDefined, DepartmentDefined, UnitDefined

from .callers import Cast
from .every_service import for_operators
from .table import ROOT, kit, table
from .trying import Call, Object, Trial, each

own = kit("catalog")
database, start, folder, small = own.database, own.start, own.folder, own.small
ROWS = table("catalog-svc")
PUBLISHED = "HUZHENG-001"
DRAFTED_NAME = "尚未公布的事项名称"
SECRETS = (DRAFTED_NAME,)
ORGANISATION = (
    DepartmentDefined(code="HUZHENG", name="户政", name_en="Household"),
    BranchDefined(code="XC", name="新城分局", short_name="新城", name_en="Xincheng"),
    UnitDefined(code="XC-HUZHENG", name="新城户政", name_en="Xincheng", department="HUZHENG", branch="XC"),
)


@pytest.fixture
def item() -> dict[str, Any]:
    path = ROOT / "catalog-svc/src/catalog_svc/data/items/HUZHENG.yaml"
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    return next(entry for entry in entries if entry["code"] == PUBLISHED)


class Objects:
    """Makes what the operations are called on: items of their own, drafted and published by an editor."""

    def __init__(self, small: Running, item: dict[str, Any], editor: str) -> None:
        self.small, self.item, self.editor = small, item, bearer(editor)
        self._numbers = itertools.count(500)

    async def _edit(self, path: str, body: Any) -> dict[str, Any]:
        answer = await self.small.client.post(f"/api/catalog/items{path}", json=body, headers=self.editor)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    def _content(self) -> dict[str, Any]:
        code = f"HUZHENG-{next(self._numbers)}"
        return self.item | {"code": code, "name": f"{DRAFTED_NAME}{code}"}

    async def item_to_add(self, _: str) -> Object:
        return Object(json={"content": self._content()})

    async def new_item(self, _: str) -> Object:
        """One that was never published: the code is known to editors alone."""
        made = await self._edit("", {"content": self._content()})
        return Object({"code": made["code"]})

    async def draft(self, _: str) -> Object:
        made = await self._edit("", {"content": self._content()})
        return Object({"code": made["code"], "version": "1"}, shows=(made["name"],), absent={"version": "1"})

    async def searched(self, _: str) -> Object:
        made = await self._edit("", {"content": self._content()})
        return Object(query={"q": made["name"]}, shows=(f'"{made["code"]}"',))

    async def listed_draft(self, _: str) -> Object:
        made = await self._edit("", {"content": self._content()})
        return Object(query={"limit": "100"}, shows=(made["name"],))

    async def draft_to_save(self, who: str) -> Object:
        made = await self.draft(who)
        content = self.item | {"code": made.path["code"], "name": f"{made.shows[0]}（改）"}
        return Object(made.path, json={"revision": 1, "content": content}, absent=made.absent)

    async def draft_to_discard(self, who: str) -> Object:
        made = await self.draft(who)
        return Object(made.path, {"revision": "1"}, absent=made.absent)

    async def published(self, who: str) -> Object:
        made = await self.draft(who)
        code = made.path["code"]
        done = await self._edit(f"/{code}/versions/1/publish", {"revision": 1})
        return Object(made.path, json={"revision": done["revision"]}, absent=made.absent)

    async def to_redraft(self, who: str) -> Object:
        return Object({"code": (await self.published(who)).path["code"]})

    async def changed_draft(self, who: str) -> Object:
        """A second version that has another name than the first, and no other."""
        code = (await self.to_redraft(who)).path["code"]
        drafted = await self._edit(f"/{code}/versions", {})
        name = f"{DRAFTED_NAME}{code}新版"
        answer = await self.small.client.put(
            f"/api/catalog/items/{code}/versions/2", headers=self.editor,
            json={"revision": drafted["revision"], "content": drafted["content"] | {"name": name}},
        )  # fmt: skip
        assert answer.status_code == 200, answer.text
        return Object({"code": code, "version": "2"}, shows=(name,), absent={"version": "2"})

    async def public(self, _: str) -> Object:
        return Object({"code": PUBLISHED})

    async def listed(self, _: str) -> Object:
        return Object(query={"q": PUBLISHED}, shows=(self.item["name"],))

    async def organisation(self, _: str) -> Object:
        await self.small.deliver(*ORGANISATION)
        return Object(shows=("HUZHENG",))

    async def branches(self, who: str) -> Object:
        await self.organisation(who)
        return Object(shows=("新城分局",))


def calls(make: Objects) -> dict[str, Call]:
    items = "/api/catalog/items"
    versions = f"{items}/{{code}}/versions"
    one = f"{versions}/{{version}}"
    return {
        f"GET {items}": Call(make.listed, reads=True),
        f"GET {items} (draft)": Call(make.searched, reads=True),
        f"POST {items}": Call(make.item_to_add),
        f"GET {items}/{{code}}": Call(make.public, reads=True),
        f"GET {items}/{{code}} (draft)": Call(make.new_item, reads=True),
        f"GET {items}/{{code}}/windows": Call(make.public, reads=True),
        f"GET {items}/{{code}}/windows (draft)": Call(make.new_item, reads=True),
        "GET /api/catalog/stats": Call(make.organisation, reads=True),
        "GET /api/catalog/departments": Call(make.organisation, reads=True),
        "GET /api/catalog/branches": Call(make.branches, reads=True),
        "GET /api/catalog/drafts": Call(make.listed_draft, reads=True),
        f"GET {versions}": Call(make.new_item, reads=True),
        f"POST {versions}": Call(make.to_redraft, {}),
        f"GET {one}": Call(make.draft, reads=True),
        f"PUT {one}": Call(make.draft_to_save),
        f"DELETE {one}": Call(make.draft_to_discard),
        f"GET {one}/diff": Call(make.changed_draft, reads=True),
        f"POST {one}/publish": Call(make.draft, {"revision": 1}),
        f"POST {one}/retire": Call(make.published),
        **for_operators("catalog-svc", make.small),
    }


@pytest.fixture
def tokens_by_column(cast: Cast) -> dict[str, str | None]:
    return cast.by_column()


@pytest.fixture
def objects(small: Running, item: dict[str, Any], tokens_by_column) -> Objects:
    return Objects(small, item, tokens_by_column["editor"])


@pytest.fixture
def trial(small: Running, tokens_by_column) -> Trial:
    return Trial(small, tokens_by_column, SECRETS)


async def test_who_is_turned_away_learns_and_changes_nothing(objects, trial, subtests) -> None:
    for row, call in each(ROWS, calls(objects)).items():
        with subtests.test(row):
            assert not await trial.denied(row, call, ROWS[row])


async def test_who_may_gets_it_done(objects, trial, subtests) -> None:
    for row, call in each(ROWS, calls(objects)).items():
        with subtests.test(row):
            assert not await trial.allowed(row, call, ROWS[row])
