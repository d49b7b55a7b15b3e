"""Accounts: personal data sealed as one blob, found by keyed hash only."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import asyncpg
import orjson
from chassis.db import UnitOfWork
from chassis.sealing import Sealer

from ..domain.accounts import Account, Company, Credentials, Kind, Subject
from ..domain.errors import PhoneAlreadyRegistered, RealNameNotConfirmed
from ..domain.personal import Personal

COLUMNS = """id, kind, personal, company_name, uscc, ial, password_hash IS NOT NULL AS has_password,
  registered_at, verified_at, version, closed_at IS NOT NULL AS closed, erased_at IS NOT NULL AS erased"""
_INSERT = """
WITH made AS (
  INSERT INTO account (id, kind, phone_hash, personal, company_name, uscc, password_hash, ial,
    registered_at, verified_at, id_hash, version, phone_hash_next, id_hash_next)
  SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14
  WHERE NOT EXISTS (SELECT FROM account WHERE phone_hash = ANY($15::bytea[]) OR phone_hash_next = ANY($15::bytea[]))
  ON CONFLICT DO NOTHING RETURNING *
), proven AS (
  INSERT INTO assurance (account_id, level, source, at)
  SELECT id, 1, 'phone', registered_at FROM made WHERE phone_hash IS NOT NULL
  UNION ALL SELECT id, 2, 'realname', verified_at FROM made
    WHERE phone_hash IS NOT NULL AND verified_at IS NOT NULL
)
SELECT count(*) FROM made
"""
_RECOGNISE = """
UPDATE account SET personal = $2, id_hash = $3, ial = $4, verified_at = $5, version = $6, id_hash_next = $7
WHERE id = $1
"""
# One statement: nobody sees a person's data without leaving a trace of it. Of who was erased there is nothing to see.
_VIEW = f"""
WITH seen AS (
  INSERT INTO access_log (account_id, viewer, officer_id, why, viewer_en)
  SELECT id, $2, $3, $4, $5 FROM account
  WHERE id = $1 AND erased_at IS NULL
)
SELECT {COLUMNS} FROM account WHERE id = $1
"""


class SqlAccounts:
    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    async def add(self, uow: UnitOfWork, account: Account, password_hash: str | None) -> None:
        """Raises PhoneAlreadyRegistered."""
        if not await self.add_unless_there(uow, account, password_hash):
            raise PhoneAlreadyRegistered

    async def add_unless_there(self, uow: UnitOfWork, account: Account, password_hash: str | None) -> bool:
        """False when an account with this phone exists; it is left as it is."""
        number, phone = account.personal.id_number, account.personal.phone
        made = await uow.fetchval(
            _INSERT,
            account.id,
            account.kind,
            self._sealer.lookup_hash(phone) if phone else None,
            self._seal(account.id, account.personal),
            account.company.name if account.company else None,
            account.company.uscc if account.company else None,
            password_hash,
            account.ial,
            account.registered_at,
            account.verified_at,
            self._sealer.lookup_hash(number) if number else None,
            account.version,
            self._sealer.next_hash(phone) if phone else None,
            self._sealer.next_hash(number) if number else None,
            self._sealer.lookup_hashes(phone) if phone else None,
        )
        return made == 1

    async def by_id(self, uow: UnitOfWork, account_id: UUID) -> Account | None:
        row = await uow.fetchrow(f"SELECT {COLUMNS} FROM account WHERE id = $1", account_id)
        return self.read(row) if row else None

    async def person_by_id_number(self, uow: UnitOfWork, id_number: str) -> Account | None:
        """The account, with a log-in of its own, of the person whose number was proven to be this one."""
        row = await uow.fetchrow(
            f"SELECT {COLUMNS} FROM account WHERE kind = 'person' AND phone_hash IS NOT NULL"
            " AND (id_hash = ANY($1::bytea[]) OR id_hash_next = ANY($1::bytea[]))",
            self._sealer.lookup_hashes(id_number),
        )
        return self.read(row) if row else None

    async def view(
        self,
        uow: UnitOfWork,
        account_id: UUID,
        *,
        viewer: str,
        officer_id: UUID | None,
        why: str,
        viewer_en: str | None = None,
    ) -> Account | None:
        """The account, for another service or system; recorded for the person concerned by its name of now."""
        row = await uow.fetchrow(_VIEW, account_id, viewer, officer_id, why, viewer_en)
        return self.read(row) if row else None

    async def credentials_by_phone(self, uow: UnitOfWork, phone: str) -> Credentials | None:
        row = await uow.fetchrow(
            "SELECT id, kind, ial, password_hash FROM account"
            " WHERE phone_hash = ANY($1::bytea[]) OR phone_hash_next = ANY($1::bytea[])",
            self._sealer.lookup_hashes(phone),
        )
        return _credentials(row) if row else None

    async def set_password(self, uow: UnitOfWork, account_id: UUID, password_hash: str) -> None:
        await uow.execute("UPDATE account SET password_hash = $2 WHERE id = $1", account_id, password_hash)

    async def replace_password_hash(self, uow: UnitOfWork, old: str, new: str) -> None:
        """For the demo accounts, which share one hash; those who chose their own password keep it."""
        await uow.execute("UPDATE account SET password_hash = $2 WHERE password_hash = $1", old, new)

    async def password_hash(self, uow: UnitOfWork, account_id: UUID) -> str | None:
        return await uow.fetchval("SELECT password_hash FROM account WHERE id = $1", account_id)

    async def locked(self, uow: UnitOfWork, account_id: UUID) -> Account | None:
        """The account, until the commit nobody else's to change."""
        row = await uow.fetchrow(f"SELECT {COLUMNS} FROM account WHERE id = $1 FOR UPDATE", account_id)
        return self.read(row) if row else None

    async def recognise(self, uow: UnitOfWork, account: Account) -> None:
        """Stores the identity and level of a locked account.

        Raises RealNameNotConfirmed when the person, or the company, has another account.
        """
        number = account.personal.id_number
        try:
            await uow.execute(
                _RECOGNISE,
                account.id,
                self._seal(account.id, account.personal),
                self._sealer.lookup_hash(number) if number else None,
                account.ial,
                account.verified_at,
                account.version,
                self._sealer.next_hash(number) if number else None,
            )
        except asyncpg.UniqueViolationError as error:
            raise RealNameNotConfirmed from error

    def _seal(self, account_id: UUID, personal: Personal) -> bytes:
        plain = {"phone": personal.phone, "name": personal.name, "id_number": personal.id_number}
        return self._sealer.seal(orjson.dumps(plain), account_id.bytes)

    def read(self, row: Mapping[str, Any]) -> Account:
        """The account in a row of `COLUMNS`."""
        personal = orjson.loads(self._sealer.open(row["personal"], row["id"].bytes))
        return Account(
            id=row["id"],
            kind=Kind(row["kind"]),
            personal=Personal(**personal),
            company=Company(row["company_name"], row["uscc"]) if row["uscc"] else None,
            ial=row["ial"],
            has_password=row["has_password"],
            registered_at=row["registered_at"],
            verified_at=row["verified_at"],
            version=row["version"],
            closed=row["closed"],
            erased=row["erased"],
        )


def _credentials(row: Mapping[str, Any]) -> Credentials:
    subject = Subject(id=row["id"], is_officer=False, roles=(Kind(row["kind"]).role,), ial=row["ial"])
    return Credentials(subject, row["password_hash"])
