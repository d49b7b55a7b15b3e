"""Our copy of the organisation. Its events come in order, but a parked one may be replayed late."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson
from chassis.db import UnitOfWork
from contracts.identity import BranchDefined, DepartmentDefined, UnitDefined, WindowDefined

from ..domain.organisation import Branch, Department, Organisation, Unit, Window


class PgOrganisationStore:
    """`OrganisationStore` on PostgreSQL."""

    async def define_department(self, uow: UnitOfWork, event: DepartmentDefined, at: datetime) -> None:
        await _define(uow, "org_department", at, code=event.code, name=event.name, name_en=event.name_en)

    async def define_branch(self, uow: UnitOfWork, event: BranchDefined, at: datetime) -> None:
        await _define(
            uow,
            "org_branch",
            at,
            code=event.code,
            name=event.name,
            short_name=event.short_name,
            name_en=event.name_en,
        )

    async def define_unit(self, uow: UnitOfWork, event: UnitDefined, at: datetime) -> None:
        await _define(
            uow,
            "org_unit",
            at,
            code=event.code,
            name=event.name,
            name_en=event.name_en,
            department=event.department,
            branch=event.branch,
        )

    async def define_window(self, uow: UnitOfWork, event: WindowDefined, at: datetime) -> None:
        await _define(
            uow,
            "org_window",
            at,
            code=event.code,
            name=event.name,
            branch=event.branch,
            departments=list(event.departments),
            opening_hours=[period.model_dump(mode="json") for period in event.opening_hours],
        )

    async def organisation(self, uow: UnitOfWork) -> Organisation:
        async def rows(columns: str, table: str) -> Sequence[Any]:
            return await uow.fetch(f"SELECT {columns} FROM {table} ORDER BY code")

        return Organisation(
            [Department(*row) for row in await rows("code, name, name_en", "org_department")],
            [Branch(*row) for row in await rows("code, name, short_name, name_en", "org_branch")],
            [Unit(*row) for row in await rows("code, name, name_en, department, branch", "org_unit")],
            [
                Window(*row)
                for row in await rows("code, name, branch, departments, opening_hours", "org_window")
            ],
        )

    async def department_codes(self, uow: UnitOfWork) -> frozenset[str]:
        return frozenset(row["code"] for row in await uow.fetch("SELECT code FROM org_department"))

    async def write_service_points(
        self, uow: UnitOfWork, points: dict[tuple[str, str], dict[str, Any]]
    ) -> None:
        bodies = [orjson.dumps(point) for point in points.values()]
        await uow.execute(
            "INSERT INTO service_point (department, handled_at, body, etag)"
            " SELECT * FROM unnest($1::text[], $2::text[], $3::bytea[], $4::text[])"
            " ON CONFLICT (department, handled_at) DO UPDATE SET body = excluded.body, etag = excluded.etag"
            " WHERE service_point.etag <> excluded.etag",
            [department for department, _ in points],
            [handled_at for _, handled_at in points],
            bodies,
            [hashlib.sha256(body).hexdigest()[:12] for body in bodies],
        )


async def _define(uow: UnitOfWork, table: str, at: datetime, **values: Any) -> None:
    """Inserts or replaces the row of `code`, unless the one we have was defined later."""
    columns = [*values, "defined_at"]
    places = ", ".join(f"${place}" for place in range(1, len(columns) + 1))
    changes = ", ".join(f"{column} = excluded.{column}" for column in columns[1:])
    await uow.execute(
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})"
        f" ON CONFLICT (code) DO UPDATE SET {changes} WHERE {table}.defined_at <= excluded.defined_at",
        *values.values(),
        at,
    )
