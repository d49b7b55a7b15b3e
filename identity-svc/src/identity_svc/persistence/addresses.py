"""Address books. What an address says, and what its owner calls it, is sealed."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import orjson
import sqlalchemy as sa
from chassis.db import UnitOfWork
from chassis.sealing import Sealer
from contracts.addresses import PostalAddress
from sqlalchemy.dialects.postgresql import UUID as PgUUID

from ..domain.addresses import SavedAddress

_COLUMNS: Final = "id, sealed, is_default, changed_at"
_OF: Final = f"SELECT {_COLUMNS} FROM saved_address WHERE account_id = $1 ORDER BY is_default DESC, id DESC"
_OPEN_ACCOUNT: Final = "SELECT true FROM account WHERE id = $1 AND erased_at IS NULL FOR NO KEY UPDATE"
# One statement: no service sees an address without leaving a trace of it.
_LOOK: Final = """WITH found AS (SELECT id, account_id, sealed FROM saved_address WHERE account_id = $1 AND id = $2),
seen AS (INSERT INTO access_log (account_id, viewer, why) SELECT account_id, $3, 'saved_address' FROM found)
SELECT id, sealed FROM found"""
_NEWEST_IS_DEFAULT: Final = """UPDATE saved_address SET is_default = true WHERE id =
 (SELECT id FROM saved_address WHERE account_id = $1 ORDER BY changed_at DESC, id DESC LIMIT 1)
 AND NOT EXISTS (SELECT FROM saved_address WHERE account_id = $1 AND is_default)"""


class SqlAddressBooks:
    """Whoever changes a book holds its account's row: its limit and its one default stand, whoever else comes."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    async def of(self, uow: UnitOfWork, account_id: UUID) -> list[SavedAddress]:
        """The default first, then the newest."""
        return [self._read(row) for row in await uow.read(_OF, account_id)]

    async def held(self, uow: UnitOfWork, account_id: UUID) -> list[SavedAddress] | None:
        """The book, nobody else's to change until the commit; None of an account that is no more."""
        if not await uow.fetchval(_OPEN_ACCOUNT, account_id):
            return None
        return [self._read(row) for row in await uow.fetch(_OF, account_id)]

    async def look(
        self, uow: UnitOfWork, account_id: UUID, address_id: UUID, *, viewer: str
    ) -> PostalAddress | None:
        """One address for a service that sends something there; its owner sees that it was looked up."""
        row = await uow.fetchrow(_LOOK, account_id, address_id, viewer)
        return self._open(row)[1] if row else None

    async def put(self, uow: UnitOfWork, account_id: UUID, saved: SavedAddress) -> None:
        """Adds it, or replaces the one of its id. Of a book that is held."""
        if saved.is_default:
            await uow.execute(
                "UPDATE saved_address SET is_default = false WHERE account_id = $1 AND is_default AND id <> $2",
                account_id,
                saved.id,
            )
        said = orjson.dumps({"label": saved.label, **saved.place.model_dump()})
        await uow.execute(
            """INSERT INTO saved_address (id, account_id, sealed, is_default, changed_at) VALUES ($1, $2, $3, $4, $5)
 ON CONFLICT (id) DO UPDATE SET sealed = excluded.sealed, is_default = excluded.is_default,
  changed_at = excluded.changed_at""",
            saved.id, account_id, self._sealer.seal(said, saved.id.bytes), saved.is_default, saved.changed_at,
        )  # fmt: skip

    async def remove(self, uow: UnitOfWork, account_id: UUID, address_id: UUID) -> None:
        """Of a book that is held. Where it was the default, the one changed last becomes that."""
        await uow.execute(
            "DELETE FROM saved_address WHERE account_id = $1 AND id = $2", account_id, address_id
        )
        await uow.execute(_NEWEST_IS_DEFAULT, account_id)

    def _read(self, row: Mapping[str, Any]) -> SavedAddress:
        label, place = self._open(row)
        return SavedAddress(row["id"], label, place, row["is_default"], row["changed_at"])

    def _open(self, row: Mapping[str, Any]) -> tuple[str, PostalAddress]:
        said = orjson.loads(self._sealer.open(row["sealed"], row["id"].bytes))
        return said.pop("label"), PostalAddress.model_construct(**said)


def add_address_tables(metadata: sa.MetaData) -> None:
    moment = sa.TIMESTAMP(timezone=True)
    saved = sa.Table(
        "saved_address",
        metadata,
        sa.Column("id", PgUUID, primary_key=True),
        sa.Column("account_id", PgUUID, sa.ForeignKey("account.id"), nullable=False),
        sa.Column(
            "sealed", sa.LargeBinary, nullable=False, comment="the address, and what its owner calls it"
        ),
        sa.Column("is_default", sa.Boolean, nullable=False),
        sa.Column("changed_at", moment, nullable=False),
    )
    sa.Index("saved_address_account", saved.c.account_id, saved.c.id)
    sa.Index("saved_address_default", saved.c.account_id, unique=True, postgresql_where=saved.c.is_default)
