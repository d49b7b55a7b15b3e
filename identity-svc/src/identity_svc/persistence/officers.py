"""Officers and platform staff."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from chassis.db import UnitOfWork
from chassis.sealing import Sealer
from contracts.tokens import Role, Scope

from ..domain.accounts import Credentials, Subject
from ..domain.errors import BadgeTaken
from ..domain.officers import Officer, Post

_COLUMNS = "id, badge_no, name, unit, department, branch, rank, roles, active, version, partner"
# An array of arrays cannot be unnested row by row, so each row's roles travel joined by commas.
_INSERT = """
INSERT INTO officer
  (id, badge_no, name, unit, department, branch, rank, roles, partner, password_hash, password_initial)
SELECT id, badge_no, name, unit, department, branch, rank, string_to_array(roles, ','), partner, $10, $11
FROM unnest($1::uuid[], $2::text[], $3::bytea[], $4::text[], $5::text[], $6::text[], $7::smallint[],
            $8::text[], $9::text[])
  AS new (id, badge_no, name, unit, department, branch, rank, roles, partner)
ON CONFLICT (badge_no) DO NOTHING RETURNING badge_no
"""
_LIST = f"""
SELECT {_COLUMNS} FROM officer
WHERE ($1::text IS NULL OR department = $1) AND ($2::text IS NULL OR unit = $2) AND badge_no > $3
ORDER BY badge_no LIMIT $4
"""
SUBJECT_COLUMNS = """o.id AS officer_id, o.active, o.roles, o.unit, o.department, o.rank, o.password_initial,
  o.second_factor_at, o.partner, ARRAY(SELECT jsonb_build_object('role', s.role, 'unit', s.unit,
    'department', s.department, 'branch', s.branch)
    FROM officer_scope s WHERE s.officer_id = o.id AND (s.until IS NULL OR s.until > now())
    ORDER BY s.id) AS scopes"""
"""What `officer_subject` reads, of `officer o`."""

_CREDENTIALS = f"SELECT {SUBJECT_COLUMNS}, o.password_hash FROM officer o"
_CHANGE = """
UPDATE officer
SET unit = $3, department = $4, branch = $5, rank = $6, roles = $7, active = $8, version = version + 1
WHERE id = $1 AND version = $2 RETURNING version
"""


class SqlOfficers:
    """`requires_factor`: officers without a second factor may do nothing but add one."""

    def __init__(self, sealer: Sealer, *, requires_factor: bool = False) -> None:
        self._sealer = sealer
        self._requires_factor = requires_factor

    async def add(
        self, uow: UnitOfWork, officer: Officer, password_hash: str, *, password_initial: bool
    ) -> None:
        """An initial password has to be changed at the first log-in. Raises BadgeTaken."""
        if not await self.add_missing(uow, [officer], password_hash, password_initial=password_initial):
            raise BadgeTaken

    async def add_missing(
        self, uow: UnitOfWork, officers: Sequence[Officer], password_hash: str, *, password_initial: bool
    ) -> set[str]:
        """Adds those whose badge number is new, all with one password hash; their badge numbers."""
        posts = [officer.post for officer in officers]
        rows = await uow.fetch(
            _INSERT,
            [officer.id for officer in officers],
            [officer.badge_no for officer in officers],
            [self._sealer.seal(officer.name.encode(), officer.id.bytes) for officer in officers],
            [post.unit for post in posts],
            [post.department for post in posts],
            [post.branch for post in posts],
            [post.rank for post in posts],
            [",".join(sorted(post.roles)) for post in posts],
            [post.partner for post in posts],
            password_hash,
            password_initial,
        )
        return {row["badge_no"] for row in rows}

    async def by_id(self, uow: UnitOfWork, officer_id: UUID) -> Officer | None:
        row = await uow.fetchrow(f"SELECT {_COLUMNS} FROM officer WHERE id = $1", officer_id)
        return self._officer(row) if row else None

    async def by_badges(self, uow: UnitOfWork, badges: Sequence[str]) -> list[Officer]:
        """Those who are there."""
        rows = await uow.fetch(f"SELECT {_COLUMNS} FROM officer WHERE badge_no = ANY($1)", list(badges))
        return [self._officer(row) for row in rows]

    async def page(
        self, uow: UnitOfWork, *, department: str | None, unit: str | None, after: str, limit: int
    ) -> list[Officer]:
        """By badge number; `after` is the last one of the page before."""
        rows = await uow.fetch(_LIST, department, unit, after, limit)
        return [self._officer(row) for row in rows]

    async def change(self, uow: UnitOfWork, officer_id: UUID, version: int, post: Post) -> int | None:
        """The new version; None when somebody changed the officer since `version`."""
        return await uow.fetchval(
            _CHANGE,
            officer_id,
            version,
            post.unit,
            post.department,
            post.branch,
            post.rank,
            sorted(post.roles),
            post.active,
        )

    async def supervisors_of(self, uow: UnitOfWork, departments: Collection[str]) -> list[UUID]:
        """Those of the departments who serve now."""
        rows = await uow.fetch(
            "SELECT id FROM officer WHERE department = ANY($1) AND active AND 'supervisor' = ANY(roles) ORDER BY id",
            list(departments),
        )
        return [row["id"] for row in rows]

    async def credentials_by_badge(self, uow: UnitOfWork, badge_no: str) -> Credentials | None:
        """None also for those who left."""
        return self._credentials(await uow.fetchrow(f"{_CREDENTIALS} WHERE o.badge_no = $1", badge_no))

    async def credentials_by_id(self, uow: UnitOfWork, officer_id: UUID) -> Credentials | None:
        """None also for those who left."""
        return self._credentials(await uow.fetchrow(f"{_CREDENTIALS} WHERE o.id = $1", officer_id))

    async def password_hash(self, uow: UnitOfWork, officer_id: UUID) -> str | None:
        return await uow.fetchval("SELECT password_hash FROM officer WHERE id = $1", officer_id)

    async def set_password(self, uow: UnitOfWork, officer_id: UUID, password_hash: str) -> None:
        await uow.execute(
            "UPDATE officer SET password_hash = $2, password_initial = false WHERE id = $1",
            officer_id,
            password_hash,
        )

    async def replace_password_hash(self, uow: UnitOfWork, old: str, new: str) -> None:
        """For the demo officers, who share one hash; those who chose their own password keep it."""
        await uow.execute("UPDATE officer SET password_hash = $2 WHERE password_hash = $1", old, new)

    def _credentials(self, row: Mapping[str, Any] | None) -> Credentials | None:
        if row is None or not row["active"]:
            return None
        subject = officer_subject(row["officer_id"], row, requires_factor=self._requires_factor)
        return Credentials(subject, row["password_hash"] or None)  # empty: none was set yet

    def _officer(self, row: Mapping[str, Any]) -> Officer:
        post = Post(
            unit=row["unit"],
            department=row["department"],
            branch=row["branch"],
            rank=row["rank"],
            roles=frozenset(map(Role, row["roles"])),
            active=row["active"],
            partner=row["partner"],
        )
        name = self._sealer.open(row["name"], row["id"].bytes).decode()
        return Officer(row["id"], row["badge_no"], name, post, row["version"])


def officer_subject(officer_id: UUID, row: Mapping[str, Any], *, requires_factor: bool) -> Subject:
    """What an officer's tokens say: nothing they may do until an initial password is changed, and so on."""
    initial, has_factor = row["password_initial"], row["second_factor_at"] is not None
    must_enrol = requires_factor and not has_factor
    return Subject(
        id=officer_id,
        is_officer=True,
        roles=() if initial or must_enrol else tuple(map(Role, row["roles"])),
        unit=row["unit"],
        department=row["department"],
        rank=row["rank"],
        password_initial=initial,
        has_second_factor=has_factor,
        must_enrol=must_enrol,
        scopes=tuple(map(Scope.model_validate, row["scopes"])),
        partner=row["partner"],
    )
