"""The organisation's tables: replaced in bulk from the file, listed by code."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict
from typing import Any

from chassis.db import UnitOfWork

from ..domain.organisation import Branch, Department, OpeningHours, Organisation, Unit, Window

_LOCK = 0x6964_6F7267  # "idorg"
_TABLES: dict[str, tuple[type, tuple[tuple[str, str], ...]]] = {
    "department": (
        Department,
        (("code", "text"), ("name", "text"), ("name_en", "text"), ("hotline", "text")),
    ),
    "branch": (Branch, (("code", "text"), ("name", "text"), ("short_name", "text"), ("name_en", "text"))),
    "unit": (
        Unit,
        (("code", "text"), ("name", "text"), ("name_en", "text"), ("department", "text"), ("branch", "text")),
    ),
    "service_window": (
        Window,
        (
            ("code", "text"),
            ("name", "text"),
            ("branch", "text"),
            ("departments", "text[]"),
            ("opening_hours", "jsonb"),
        ),
    ),
}


class SqlOrganisation:
    async def lock(self, uow: UnitOfWork) -> None:
        """Until the transaction ends, nobody else loads."""
        await uow.execute("SELECT pg_advisory_xact_lock($1)", _LOCK)

    async def fingerprint(self, uow: UnitOfWork, name: str) -> str | None:
        """What was remembered of the last load of `name`."""
        return await uow.fetchval("SELECT fingerprint FROM loaded WHERE name = $1", name)

    async def remember(self, uow: UnitOfWork, name: str, fingerprint: str) -> None:
        await uow.execute(
            "INSERT INTO loaded (name, fingerprint) VALUES ($1, $2) ON CONFLICT (name)"
            " DO UPDATE SET fingerprint = excluded.fingerprint, loaded_at = now()",
            name,
            fingerprint,
        )

    async def put(self, uow: UnitOfWork, organisation: Organisation) -> list[tuple[Any, int]]:
        """Adds and changes what differs; the changed things, each with its new version."""
        changed: list[tuple[Any, int]] = []
        for table, things in (
            ("department", organisation.departments),
            ("branch", organisation.branches),
            ("unit", organisation.units),
            ("service_window", organisation.windows),
        ):
            by_code = {thing.code: thing for thing in things}
            rows = await uow.fetch(_upsert(table), [asdict(thing) for thing in things])
            changed += [(by_code[row["code"]], row["version"]) for row in rows]
        return changed

    async def missing(self, uow: UnitOfWork, organisation: Organisation) -> list[str]:
        """Codes that are loaded but no longer in the file."""
        present: list[str] = []
        for table in _TABLES:
            present += [row["code"] for row in await uow.fetch(f"SELECT code FROM {table}")]
        things: Iterable[Any] = (
            *organisation.departments,
            *organisation.branches,
            *organisation.units,
            *organisation.windows,
        )
        return sorted(set(present) - {thing.code for thing in things})

    async def departments(self, uow: UnitOfWork, after: str, limit: int) -> list[Department]:
        rows = await uow.fetch(_select("department", "code > $2"), limit, after)
        return [Department(*row) for row in rows]

    async def branches(self, uow: UnitOfWork, after: str, limit: int) -> list[Branch]:
        rows = await uow.fetch(_select("branch", "code > $2"), limit, after)
        return [Branch(*row) for row in rows]

    async def units(
        self, uow: UnitOfWork, *, branch: str | None, department: str | None, after: str, limit: int
    ) -> list[Unit]:
        where = "code > $2 AND ($3::text IS NULL OR branch = $3) AND ($4::text IS NULL OR department = $4)"
        return [
            Unit(*row) for row in await uow.fetch(_select("unit", where), limit, after, branch, department)
        ]

    async def unit(self, uow: UnitOfWork, code: str) -> Unit | None:
        rows = await uow.fetch(_select("unit", "code = $2"), 1, code)
        return Unit(*rows[0]) if rows else None

    async def all_units(self, uow: UnitOfWork) -> list[Unit]:
        """Some two hundred."""
        return await self.units(uow, branch=None, department=None, after="", limit=100_000)

    async def names(self, uow: UnitOfWork, codes: Collection[str]) -> dict[str, tuple[str, str]]:
        """Of units, branches and departments, in Chinese and English; the whole city's is `CITY`."""
        if not codes:
            return {}
        rows = await uow.fetch(
            " UNION ALL ".join(
                f"SELECT code, name, name_en FROM {table} WHERE code = ANY($1::text[])"
                for table in ("department", "branch", "unit")
            ),
            sorted(codes),
        )
        return {"CITY": ("全市", "the whole city")} | {code: (name, name_en) for code, name, name_en in rows}

    async def has_department(self, uow: UnitOfWork, code: str) -> bool:
        return bool(await uow.fetch(_select("department", "code = $2"), 1, code))

    async def has_branch(self, uow: UnitOfWork, code: str) -> bool:
        return bool(await uow.fetch(_select("branch", "code = $2"), 1, code))

    async def window(self, uow: UnitOfWork, code: str) -> Window | None:
        rows = await uow.fetch(_select("service_window", "code = $2"), 1, code)
        return _window(rows[0]) if rows else None

    async def windows(
        self, uow: UnitOfWork, *, branch: str | None, department: str | None, after: str, limit: int
    ) -> list[Window]:
        where = (
            "code > $2 AND ($3::text IS NULL OR branch = $3) AND ($4::text IS NULL OR $4 = ANY(departments))"
        )
        rows = await uow.fetch(_select("service_window", where), limit, after, branch, department)
        return [_window(row) for row in rows]


def _columns(table: str) -> Sequence[str]:
    return [name for name, _ in _TABLES[table][1]]


def _select(table: str, where: str) -> str:
    return f"SELECT {', '.join(_columns(table))} FROM {table} WHERE {where} ORDER BY code LIMIT $1"


def _upsert(table: str) -> str:
    columns = _columns(table)
    types = ", ".join(f"{name} {kind}" for name, kind in _TABLES[table][1])
    rest = columns[1:]
    old, new = ", ".join(f"t.{name}" for name in rest), ", ".join(f"excluded.{name}" for name in rest)
    return (
        f"INSERT INTO {table} AS t ({', '.join(columns)}) SELECT {', '.join(columns)}"
        f" FROM jsonb_to_recordset($1::jsonb) AS new ({types})"
        f" ON CONFLICT (code) DO UPDATE SET ({', '.join(rest)}) = ROW ({new}), version = t.version + 1"
        f" WHERE ROW ({old}) IS DISTINCT FROM ROW ({new}) RETURNING code, version"
    )


def _window(row: Any) -> Window:
    code, name, branch, departments, hours = row
    return Window(
        code,
        name,
        branch,
        tuple(departments),
        tuple(OpeningHours(tuple(period["days"]), period["opens"], period["closes"]) for period in hours),
    )
