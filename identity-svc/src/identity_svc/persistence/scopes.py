"""Further assignments of officers."""

from uuid import UUID

from chassis.db import UnitOfWork
from contracts.tokens import Role, Scope

from ..domain.scopes import MOST, Assignment, ScopeHeld

_LIVE = "(until IS NULL OR until > now())"
_ADD = f"""
INSERT INTO officer_scope (id, officer_id, role, unit, department, branch, until, granted_by, granted_at)
SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9
WHERE (SELECT count(*) FROM officer_scope WHERE officer_id = $2 AND {_LIVE}) < {MOST}
  AND NOT EXISTS (SELECT FROM officer_scope WHERE officer_id = $2 AND {_LIVE} AND role = $3
    AND (unit, department, branch) IS NOT DISTINCT FROM ($4::text, $5::text, $6::text))
"""


class SqlScopes:
    async def of(self, uow: UnitOfWork, officer_id: UUID) -> list[Assignment]:
        """Those that hold now, the oldest first."""
        rows = await uow.fetch(
            "SELECT id, role, unit, department, branch, until, granted_by, granted_at FROM officer_scope"
            f" WHERE officer_id = $1 AND {_LIVE} ORDER BY id",
            officer_id,
        )
        return [
            Assignment(
                row["id"],
                officer_id,
                Scope(
                    role=Role(row["role"]),
                    unit=row["unit"],
                    department=row["department"],
                    branch=row["branch"],
                ),
                row["until"],
                row["granted_by"],
                row["granted_at"],
            )
            for row in rows
        ]

    async def add(self, uow: UnitOfWork, one: Assignment) -> None:
        """Raises ScopeHeld. Locks the officer, so that of two at once the second sees the first."""
        await uow.execute("SELECT 1 FROM officer WHERE id = $1 FOR NO KEY UPDATE", one.officer_id)
        tag = await uow.execute(
            _ADD,
            one.id,
            one.officer_id,
            one.scope.role.value,
            one.scope.unit,
            one.scope.department,
            one.scope.branch,
            one.until,
            one.granted_by,
            one.granted_at,
        )
        if tag != "INSERT 0 1":
            raise ScopeHeld

    async def withdraw(self, uow: UnitOfWork, officer_id: UUID, scope_id: UUID) -> bool:
        tag = await uow.execute(
            f"DELETE FROM officer_scope WHERE id = $1 AND officer_id = $2 AND {_LIVE}", scope_id, officer_id
        )
        return tag == "DELETE 1"

    async def end_all(self, uow: UnitOfWork, officer_id: UUID) -> None:
        await uow.execute("DELETE FROM officer_scope WHERE officer_id = $1", officer_id)

    async def sweep(self, uow: UnitOfWork) -> None:
        await uow.execute("DELETE FROM officer_scope WHERE until < now()")
