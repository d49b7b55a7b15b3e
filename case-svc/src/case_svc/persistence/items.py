"""Published item versions: our copy, kept by catalog-svc's events, and remembered in memory.

A version never changes, so it is remembered for good; which version is the current one, for seconds.
"""

import time
from datetime import datetime
from typing import Final

from chassis.db import UnitOfWork
from contracts.catalog import ItemDefinition

from ..domain.errors import ItemNoLongerOffered, ItemUnknown
from ..domain.form import Form
from ..domain.item import Item

_CURRENT_SECONDS: Final = 2.0

_STORE: Final = """INSERT INTO item_version (code, version, definition, published_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (code, version) DO NOTHING"""
# One statement: between two, a version could arrive and make a new item look like a retired one.
_CURRENT: Final = """SELECT version, definition, retired_at IS NOT NULL AS retired FROM item_version
WHERE code = $1 ORDER BY retired_at IS NULL DESC, version DESC LIMIT 1"""


class ItemShelf:
    def __init__(self) -> None:
        self._items: dict[tuple[str, int], Item] = {}
        self._forms: dict[tuple[str, int], Form] = {}
        self._current: dict[str, tuple[int, float]] = {}

    async def pinned(self, uow: UnitOfWork, code: str, version: int) -> Item:
        """The version a case is pinned to; it is always there, cases are only opened with known ones."""
        item = self._items.get((code, version))
        if item is None:
            definition = await uow.read_value(
                "SELECT definition FROM item_version WHERE code = $1 AND version = $2", code, version
            )
            item = self._remember(definition)
        return item

    async def pinned_many(self, uow: UnitOfWork, wanted: set[tuple[str, int]]) -> dict[tuple[str, int], Item]:
        """The versions of a whole list, in one query for those not yet remembered."""
        missing = [key for key in wanted if key not in self._items]
        if missing:
            rows = await uow.read(
                "SELECT i.definition FROM item_version i"
                " JOIN unnest($1::text[], $2::int[]) AS wanted (code, version) USING (code, version)",
                [code for code, _ in missing],
                [version for _, version in missing],
            )
            for row in rows:
                self._remember(row["definition"])
        return {key: self._items[key] for key in wanted}

    async def current(self, uow: UnitOfWork, code: str) -> Item:
        """The version offered now; raises ItemUnknown or ItemNoLongerOffered."""
        version, until = self._current.get(code, (0, 0.0))
        if until > time.monotonic():
            return self._items[code, version]
        row = await uow.read_row(_CURRENT, code)
        if row is None:
            raise ItemUnknown(code)
        if row["retired"]:
            raise ItemNoLongerOffered(code)
        item = self._items.get((code, row["version"])) or self._remember(row["definition"])
        self._current[code] = (item.version, time.monotonic() + _CURRENT_SECONDS)
        return item

    def form(self, item: Item) -> Form:
        key = (item.code, item.version)
        form = self._forms.get(key)
        if form is None:
            form = self._forms[key] = Form(item.definition.form_schema)
        return form

    async def store(self, uow: UnitOfWork, definition: ItemDefinition, published_at: datetime) -> None:
        await uow.execute(
            _STORE, definition.code, definition.version, definition.model_dump(mode="json"), published_at
        )
        uow.after_commit(lambda: self._current.pop(definition.code, None) and None)

    async def retire(
        self, uow: UnitOfWork, code: str, version: int, retired_at: datetime, replaced_by: int | None
    ) -> bool:
        """Whether the version was known."""
        tag = await uow.execute(
            "UPDATE item_version SET retired_at = $3, replaced_by = $4 WHERE code = $1 AND version = $2",
            code, version, retired_at, replaced_by,
        )  # fmt: skip
        uow.after_commit(lambda: self._current.pop(code, None) and None)
        return tag == "UPDATE 1"

    def _remember(self, definition: dict[str, object]) -> Item:
        item = Item(ItemDefinition.model_validate(definition))
        self._items[item.code, item.version] = item
        return item
