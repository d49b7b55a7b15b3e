"""The organisation: our copy, kept by identity-svc's events, and a snapshot of it in memory."""

import time
from typing import Any, Final
from uuid import UUID

from chassis.db import UnitOfWork
from contracts import identity

from ..domain.routing import Places, Unit, Window

_SNAPSHOT_SECONDS: Final = 30.0

_UPSERTS: Final[dict[type[Any], str]] = {
    identity.DepartmentDefined: """INSERT INTO department (code, name, name_en) VALUES ($1, $2, $3)
      ON CONFLICT (code) DO UPDATE SET name = excluded.name, name_en = excluded.name_en""",
    identity.BranchDefined: """INSERT INTO branch (code, name, short_name, name_en) VALUES ($1, $2, $3, $4)
      ON CONFLICT (code) DO UPDATE SET name = excluded.name, short_name = excluded.short_name,
      name_en = excluded.name_en""",
    identity.UnitDefined: """INSERT INTO unit (code, name, name_en, department, branch)
      VALUES ($1, $2, $3, $4, $5) ON CONFLICT (code) DO UPDATE SET name = excluded.name,
      name_en = excluded.name_en, department = excluded.department, branch = excluded.branch""",
    identity.WindowDefined: """INSERT INTO service_window (code, name, branch, departments)
      VALUES ($1, $2, $3, $4) ON CONFLICT (code) DO UPDATE SET name = excluded.name,
      branch = excluded.branch, departments = excluded.departments""",
    identity.OfficerAssigned: """INSERT INTO officer (id, unit, department, branch, rank, roles, active)
      VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO UPDATE SET unit = excluded.unit,
      department = excluded.department, branch = excluded.branch, rank = excluded.rank,
      roles = excluded.roles, active = excluded.active""",
}
_FIELDS: Final[dict[type[Any], tuple[str, ...]]] = {
    identity.DepartmentDefined: ("code", "name", "name_en"),
    identity.BranchDefined: ("code", "name", "short_name", "name_en"),
    identity.UnitDefined: ("code", "name", "name_en", "department", "branch"),
    identity.WindowDefined: ("code", "name", "branch", "departments"),
    identity.OfficerAssigned: ("officer_id", "unit", "department", "branch", "rank", "roles", "active"),
}


class OrganisationTables:
    """Places change a few times a year: other instances may show an old name for half a minute."""

    def __init__(self) -> None:
        self._units: dict[str, list[Unit]] = {}
        self._names: dict[str, str] = {}
        self._windows: list[Window] = []
        self._until = 0.0

    async def places(self, uow: UnitOfWork, department: str) -> Places:
        await self._load(uow)
        return Places(
            units=self._units.get(department, []),
            windows=[window for window in self._windows if department in window.departments],
        )

    async def unit_names(self, uow: UnitOfWork) -> dict[str, str]:
        """Names by the code of units."""
        await self._load(uow)
        return self._names

    async def unit_of(self, uow: UnitOfWork, officer_id: UUID) -> str | None:
        """Where an officer serves, as told last; None for somebody unknown."""
        unit: str | None = await uow.fetchval("SELECT unit FROM officer WHERE id = $1", officer_id)
        return unit

    async def store(self, uow: UnitOfWork, event: Any) -> None:
        """One of the organisation's events, as this service keeps it."""
        kind = type(event)
        await uow.execute(_UPSERTS[kind], *(getattr(event, name) for name in _FIELDS[kind]))
        uow.after_commit(self._forget)

    async def _load(self, uow: UnitOfWork) -> None:
        if time.monotonic() < self._until:
            return
        units: dict[str, list[Unit]] = {}
        for row in await uow.read("SELECT code, name, branch, department FROM unit ORDER BY code"):
            units.setdefault(row["department"], []).append(Unit(row["code"], row["name"], row["branch"]))
        windows = await uow.read("SELECT code, name, branch, departments FROM service_window ORDER BY code")
        self._units = units
        self._names = {unit.code: unit.name for group in units.values() for unit in group}
        self._windows = [Window(*row) for row in windows]
        self._until = time.monotonic() + _SNAPSHOT_SECONDS

    def _forget(self) -> None:
        self._until = 0.0
