"""Items and their versions. Many rows go at once: an import writes all items in a few round trips."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from chassis.db import UnitOfWork

from ..application.ports import Published
from ..domain.content import ItemContent
from ..domain.item import Item, Version
from ..domain.publication import Publication
from .published_rows import REWRITE_GUIDES, SHOW, WRITE_VERSIONS, guide_rows, public_rows, version_rows

_IMPORT_LOCK: Final = 0x636174616C6F67  # "catalog"
_ITEM: Final = "code, revision, latest_version, current_version, imported_hash, imported_version"
_VERSION: Final = (
    "code, version, state, revision, content, created_by, created_at, updated_by, updated_at, published_by,"
    " published_at, retired_by, retired_at, replaced_by"
)


class PgItemStore:
    """`ItemStore` on PostgreSQL."""

    async def was_applied(self, uow: UnitOfWork, kind: str, fingerprint: str) -> bool:
        sql = "SELECT EXISTS (SELECT FROM catalogue_import WHERE kind = $1 AND fingerprint = $2)"
        return bool(await uow.fetchval(sql, kind, fingerprint))

    async def remember_applied(self, uow: UnitOfWork, kind: str, fingerprint: str) -> None:
        await uow.execute(
            "INSERT INTO catalogue_import (kind, fingerprint) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            kind,
            fingerprint,
        )

    async def lock_catalogue(self, uow: UnitOfWork) -> None:
        await uow.execute("SELECT pg_advisory_xact_lock($1)", _IMPORT_LOCK)

    async def lock_items(self, uow: UnitOfWork) -> dict[str, Item]:
        rows = await uow.fetch(f"SELECT {_ITEM} FROM item ORDER BY code FOR UPDATE")
        return {row["code"]: Item(*row) for row in rows}

    async def lock_item(self, uow: UnitOfWork, code: str) -> Item | None:
        row = await uow.fetchrow(f"SELECT {_ITEM} FROM item WHERE code = $1 FOR UPDATE", code)
        return Item(*row) if row else None

    async def add_items(self, uow: UnitOfWork, items: Sequence[Item]) -> None:
        await uow.execute(
            f"INSERT INTO item ({_ITEM})"
            " SELECT * FROM unnest($1::text[], $2::int[], $3::int[], $4::int[], $5::text[], $6::int[])",
            *_item_columns(items),
        )

    async def save_items(self, uow: UnitOfWork, items: Sequence[Item]) -> None:
        await uow.execute(
            "UPDATE item SET revision = new.revision, latest_version = new.latest_version,"
            " current_version = new.current_version, imported_hash = new.imported_hash,"
            " imported_version = new.imported_version"
            " FROM unnest($1::text[], $2::int[], $3::int[], $4::int[], $5::text[], $6::int[])"
            f" AS new ({_ITEM}) WHERE item.code = new.code",
            *_item_columns(items),
        )

    async def versions(self, uow: UnitOfWork, code: str) -> list[Version]:
        rows = await uow.fetch(
            f"SELECT {_VERSION} FROM item_version WHERE code = $1 ORDER BY version DESC", code
        )
        return [Version(*row) for row in rows]

    async def version(self, uow: UnitOfWork, code: str, version: int) -> Version | None:
        row = await uow.fetchrow(
            f"SELECT {_VERSION} FROM item_version WHERE code = $1 AND version = $2", code, version
        )
        return Version(*row) if row else None

    async def add_draft(self, uow: UnitOfWork, content: ItemContent, version: int, by: str) -> Version:
        row = await uow.fetchrow(
            "INSERT INTO item_version (code, version, state, revision, content, created_by, updated_by)"
            f" VALUES ($1, $2, 'draft', 1, $3, $4, $4) RETURNING {_VERSION}",
            content.code,
            version,
            content.as_json(),
            by,
        )
        assert row is not None
        return Version(*row)

    async def save_draft(
        self, uow: UnitOfWork, content: ItemContent, version: int, revision: int, by: str
    ) -> bool:
        tag = await uow.execute(
            "UPDATE item_version SET content = $4, revision = revision + 1, updated_by = $5,"
            " updated_at = now() WHERE code = $1 AND version = $2 AND revision = $3 AND state = 'draft'",
            content.code,
            version,
            revision,
            content.as_json(),
            by,
        )
        return tag == "UPDATE 1"

    async def delete_draft(self, uow: UnitOfWork, code: str, version: int, revision: int) -> bool:
        tag = await uow.execute(
            "DELETE FROM item_version WHERE code = $1 AND version = $2 AND revision = $3 AND state = 'draft'",
            code,
            version,
            revision,
        )
        return tag == "DELETE 1"

    async def drafts(self, uow: UnitOfWork, after: str | None, limit: int) -> list[Version]:
        rows = await uow.fetch(
            f"SELECT {_VERSION} FROM item_version WHERE state = 'draft' AND code > $1 ORDER BY code LIMIT $2",
            after or "",
            limit,
        )
        return [Version(*row) for row in rows]

    async def retire_current(
        self, uow: UnitOfWork, replacements: dict[str, int | None], at: datetime, by: str
    ) -> None:
        await uow.execute(
            "UPDATE item_version SET state = 'retired', retired_at = $3, retired_by = $4,"
            " revision = revision + 1, replaced_by = new.replaced_by"
            " FROM unnest($1::text[], $2::int[]) AS new (code, replaced_by)"
            " WHERE item_version.code = new.code AND state = 'published'",
            list(replacements.keys()),
            list(replacements.values()),
            at,
            by,
        )

    async def write_publications(self, uow: UnitOfWork, publications: Sequence[Publication], by: str) -> None:
        await uow.executemany(WRITE_VERSIONS, version_rows(publications, by))
        await self.show(uow, publications)

    async def hide(self, uow: UnitOfWork, codes: Sequence[str]) -> None:
        await uow.execute("DELETE FROM published_item WHERE code = ANY($1)", codes)

    async def show(self, uow: UnitOfWork, publications: Sequence[Publication]) -> None:
        await uow.executemany(SHOW, public_rows(publications))

    async def rewrite_guides(self, uow: UnitOfWork, publications: Sequence[Publication]) -> None:
        await uow.executemany(REWRITE_GUIDES, guide_rows(publications))

    async def all_published(self, uow: UnitOfWork) -> list[Published]:
        rows = await uow.fetch(
            "SELECT code, content, definition, published_at FROM item_version"
            " WHERE state = 'published' ORDER BY code"
        )
        return [Published(*row) for row in rows]

    async def item_named(self, uow: UnitOfWork, name_key: str, other_than: str) -> str | None:
        code: str | None = await uow.fetchval(
            "SELECT code FROM published_item WHERE name_key = $1 AND code <> $2 ORDER BY code LIMIT 1",
            name_key,
            other_than,
        )
        return code


def _item_columns(items: Sequence[Item]) -> list[list[Any]]:
    return [[getattr(item, name) for item in items] for name in _ITEM.split(", ")]
