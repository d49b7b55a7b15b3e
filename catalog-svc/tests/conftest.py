from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import yaml
from catalog_svc.bootstrap import MIGRATIONS, build
from catalog_svc.domain.content import ItemContent
from catalog_svc.domain.lint import lint
from catalog_svc.files.read_catalogue import PACKAGED, read_catalogue
from catalog_svc.files.read_search_words import read_search_words
from catalog_svc.settings import CatalogSettings
from chassis.testing import Running, Tokens, bearer, running
from contracts.tokens import Role

pytest_plugins = ["chassis.testing.plugin"]

EDITOR = UUID("01890000-0000-7000-8000-000000000001")
StartCatalog = Callable[..., AbstractAsyncContextManager[Running]]
WriteCatalogue = Callable[[Path, list[dict[str, Any]]], None]


@pytest.fixture(scope="session")
def packaged() -> list[ItemContent]:
    return lint(read_catalogue(PACKAGED)).items


@pytest.fixture(scope="session")
def search_words():
    return read_search_words(PACKAGED / "search.yaml")


@pytest.fixture
def item() -> dict[str, Any]:
    """A sound item as raw values; tests break it in one place."""
    entries = yaml.safe_load((PACKAGED / "items" / "HUZHENG.yaml").read_text(encoding="utf-8"))
    return next(entry for entry in entries if entry["code"] == "HUZHENG-001")


@pytest.fixture
async def database(fresh_database) -> AsyncIterator[str]:
    async with fresh_database(MIGRATIONS) as url:
        yield url


@pytest.fixture
def start(database: str, tokens: Tokens) -> StartCatalog:
    """`async with start() as catalog:`; another call starts another instance on the same database."""

    def begin(folder: Path | None = None) -> AbstractAsyncContextManager[Running]:
        settings = CatalogSettings(
            database_url=database, kafka_bootstrap="127.0.0.1:1", catalogue_folder=folder
        )
        return running(build(settings), tokens)

    return begin


@pytest.fixture
async def catalog(start: StartCatalog) -> AsyncIterator[Running]:
    """The service with the packaged catalogue."""
    async with start() as service:
        yield service


@pytest.fixture
def folder(tmp_path: Path, item: dict[str, Any]) -> Path:
    """A catalogue of two items."""
    other = {**item, "code": "HUZHENG-002", "name": "居民身份证损坏换领"}
    _write_catalogue(tmp_path, [item, other])
    return tmp_path


@pytest.fixture
async def small(start: StartCatalog, folder: Path) -> AsyncIterator[Running]:
    """The service with two items, started quickly."""
    async with start(folder) as service:
        yield service


@pytest.fixture
def editor(tokens: Tokens) -> dict[str, str]:
    return bearer(tokens.mint(EDITOR, (Role.CATALOG_EDITOR,)))


@pytest.fixture(scope="session")
def write_catalogue() -> WriteCatalogue:
    return _write_catalogue


def _write_catalogue(folder: Path, items: list[dict[str, Any]]) -> None:
    """Files of `items`, with counts that fit."""
    departments = sorted({item["department"] for item in items})
    declared = {
        "items": len(items),
        "online_classes": {
            name: sum(item["online_class"] == name for item in items)
            for name in ("full_online", "one_visit", "query_booking")
        },
        "departments": [
            {"code": code, "name": code, "items": sum(item["department"] == code for item in items)}
            for code in departments
        ],
    }
    (folder / "items").mkdir(parents=True, exist_ok=True)
    (folder / "catalogue.yaml").write_text(yaml.safe_dump(declared, allow_unicode=True), encoding="utf-8")
    for code in departments:
        entries = [item for item in items if item["department"] == code]
        text = yaml.safe_dump(entries, allow_unicode=True, sort_keys=False)
        (folder / "items" / f"{code}.yaml").write_text(text, encoding="utf-8")
