"""What the public reads: lists and searches by key, guides as bytes, counts."""

from collections.abc import Sequence
from typing import Any, Final

import asyncpg
from chassis.db import UnitOfWork

from ..application.ports import Filters, Found, StoredGuide
from ..domain.search_text import Query
from .search_sql import Arguments, filtered, matching, resembling

# The etag is of the guide and of who serves it: either may change without the other.
_STORED: Final = """SELECT state, etag, CASE WHEN etag = ANY({known}) THEN NULL ELSE guide END,
 CASE WHEN etag = ANY({known}) THEN NULL ELSE body END, retired_at, replaced_by FROM (
 SELECT v.state, v.guide_etag || left(v.state, 1) || coalesce(s.etag, '') AS etag, v.guide, s.body,
 v.retired_at, v.replaced_by FROM {source}) AS stored"""
_CURRENT: Final = """published_item AS p JOIN item_version AS v USING (code, version)
 LEFT JOIN service_point AS s USING (department, handled_at) WHERE p.code = $1"""
_BY_NUMBER: Final = """item_version AS v LEFT JOIN service_point AS s
 ON s.department = v.content->>'department' AND s.handled_at = v.content->>'handled_at'
 WHERE v.code = $1 AND v.version = $3 AND v.state <> 'draft'"""
_GUIDE: Final = _STORED.format(known="$2::text[]", source=_CURRENT)
_GUIDE_OF_VERSION: Final = _STORED.format(known="$2::text[]", source=_BY_NUMBER)


class PgCatalogueReader:
    """`CatalogueReader` on PostgreSQL."""

    async def page(self, uow: UnitOfWork, filters: Filters, after: str | None, limit: int) -> list[Found]:
        arguments = Arguments()
        where = f"code > {arguments.add(after or '')}" + filtered(filters, arguments)
        last = arguments.add(limit)
        sql = f"SELECT summary, code FROM published_item WHERE {where} ORDER BY code LIMIT {last}"
        return [Found(row[0], (0, 0, row[1])) for row in await uow.fetch(sql, *arguments.values)]

    async def search(
        self,
        uow: UnitOfWork,
        query: Query,
        filters: Filters,
        after: tuple[int, int, str] | None,
        limit: int,
        *,
        similar: bool,
    ) -> list[Found]:
        arguments = Arguments()
        rank, condition = (resembling if similar else matching)(query, arguments)
        sql = (
            f"SELECT summary, rank, length, code FROM (SELECT summary, {rank} AS rank,"
            f" char_length(name_key) AS length, code FROM published_item WHERE {condition}"
            f"{filtered(filters, arguments)}) AS found"
        )
        if after is not None:
            sql += f" WHERE (rank, length, code) > ({', '.join(arguments.add(part) for part in after)})"
        sql += f" ORDER BY rank, length, code LIMIT {arguments.add(limit)}"
        rows = await uow.fetch(sql, *arguments.values)
        return [Found(row[0], (row[1], row[2], row[3])) for row in rows]

    async def guide(self, uow: UnitOfWork, code: str, known_etags: Sequence[str]) -> StoredGuide | None:
        return _stored(await uow.fetchrow(_GUIDE, code, known_etags))

    async def guide_of_version(
        self, uow: UnitOfWork, code: str, version: int, known_etags: Sequence[str]
    ) -> StoredGuide | None:
        return _stored(await uow.fetchrow(_GUIDE_OF_VERSION, code, known_etags, version))

    async def latest_public_version(self, uow: UnitOfWork, code: str) -> int | None:
        sql = "SELECT max(version) FROM item_version WHERE code = $1 AND state <> 'draft'"
        version: int | None = await uow.fetchval(sql, code)
        return version

    async def places(self, uow: UnitOfWork, code: str) -> tuple[str, bytes | None] | None:
        row = await uow.fetchrow(
            "SELECT p.handled_at, s.body FROM published_item AS p"
            " LEFT JOIN service_point AS s USING (department, handled_at) WHERE p.code = $1",
            code,
        )
        return (row[0], row[1]) if row else None

    async def counts(self, uow: UnitOfWork) -> list[dict[str, Any]]:
        rows = await uow.fetch(
            "SELECT p.department, d.name, d.name_en, p.online_class, count(*) AS items"
            " FROM published_item AS p LEFT JOIN org_department AS d ON d.code = p.department"
            " GROUP BY 1, 2, 3, 4 ORDER BY 1, 4"
        )
        return [dict(row) for row in rows]

    async def departments(self, uow: UnitOfWork) -> list[dict[str, Any]]:
        rows = await uow.fetch(
            "SELECT d.code, d.name, d.name_en,"
            " (SELECT count(*) FROM published_item WHERE department = d.code) AS items"
            " FROM org_department AS d ORDER BY items DESC, d.code"
        )
        return [dict(row) for row in rows]

    async def department_codes(self, uow: UnitOfWork) -> list[str]:
        rows = await uow.fetch(
            "SELECT code FROM org_department UNION SELECT department FROM published_item ORDER BY 1"
        )
        return [row[0] for row in rows]

    async def branches(self, uow: UnitOfWork) -> list[dict[str, Any]]:
        rows = await uow.fetch("SELECT code, name, short_name, name_en FROM org_branch ORDER BY code")
        return [dict(row) for row in rows]


def _stored(row: asyncpg.Record | None) -> StoredGuide | None:
    return StoredGuide(*row) if row else None
