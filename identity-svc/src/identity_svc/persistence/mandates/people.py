"""Accounts as mandates see them: several at once, by number, and wards who have no phone."""

from uuid import UUID

from chassis.db import UnitOfWork
from chassis.sealing import Sealer

from ...domain.accounts import Account
from ..accounts import COLUMNS, SqlAccounts

_BY_NUMBER = f"""SELECT {COLUMNS} FROM account WHERE kind = 'person'
 AND (id_hash = ANY($1::bytea[]) OR id_hash_next = ANY($1::bytea[])) FOR UPDATE"""
# The claimed account keeps its data sealed, and is found by its number no more.
_RELEASE = "UPDATE account SET id_hash = NULL, id_hash_next = NULL WHERE id = $1 AND phone_hash IS NULL"


class SqlPeople:
    def __init__(self, accounts: SqlAccounts, sealer: Sealer) -> None:
        self._accounts = accounts
        self._sealer = sealer

    async def by_id(self, uow: UnitOfWork, account_id: UUID) -> Account | None:
        return await self._accounts.by_id(uow, account_id)

    async def by_phone(self, uow: UnitOfWork, phone: str) -> UUID | None:
        credentials = await self._accounts.credentials_by_phone(uow, phone)
        return credentials.subject.id if credentials else None

    async def many(self, uow: UnitOfWork, account_ids: set[UUID]) -> dict[UUID, Account]:
        rows = await uow.read(f"SELECT {COLUMNS} FROM account WHERE id = ANY($1::uuid[])", list(account_ids))
        return {row["id"]: self._accounts.read(row) for row in rows}

    async def by_id_number(self, uow: UnitOfWork, id_number: str) -> Account | None:
        """The person's account, locked."""
        row = await uow.fetchrow(_BY_NUMBER, self._sealer.lookup_hashes(id_number))
        return self._accounts.read(row) if row else None

    async def release_identity(self, uow: UnitOfWork, account_id: UUID) -> None:
        await uow.execute(_RELEASE, account_id)

    async def add_ward(self, uow: UnitOfWork, ward: Account) -> bool:
        """False where somebody was faster."""
        return await self._accounts.add_unless_there(uow, ward, None)
