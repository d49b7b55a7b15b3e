"""Places that people and officers logged in from; written with the session (`sessions.open`)."""

from uuid import UUID

import sqlalchemy as sa
from chassis.db import UnitOfWork
from sqlalchemy.dialects.postgresql import UUID as PgUUID

from ..domain.places import REMEMBERED_DAYS

_KNOWS = f"""
SELECT EXISTS (SELECT FROM known_place
  WHERE place_hash = $1 AND seen_at > now() - interval '{REMEMBERED_DAYS} days')
"""


class SqlPlaces:
    async def knows(self, uow: UnitOfWork, place_hash: bytes) -> bool:
        known: bool = await uow.fetchval(_KNOWS, place_hash)
        return known

    async def forget(self, uow: UnitOfWork, owner_id: UUID, but: bytes | None = None) -> None:
        """All places of an owner, or all but the one at hand."""
        await uow.execute(
            "DELETE FROM known_place WHERE owner_id = $1 AND place_hash IS DISTINCT FROM $2", owner_id, but
        )

    async def sweep(self, uow: UnitOfWork) -> None:
        await uow.execute(
            f"DELETE FROM known_place WHERE seen_at < now() - interval '{REMEMBERED_DAYS} days'"
        )


def add_place_tables(metadata: sa.MetaData) -> None:
    known_place = sa.Table(
        "known_place",
        metadata,
        sa.Column("place_hash", sa.LargeBinary, primary_key=True, comment="keyed hash of owner and address"),
        sa.Column("owner_id", PgUUID, nullable=False, comment="an account or officer"),
        sa.Column("seen_at", sa.TIMESTAMP(timezone=True), nullable=False, comment="to the day"),
    )
    sa.Index("known_place_owner", known_place.c.owner_id)
    sa.Index("known_place_seen_at", known_place.c.seen_at)
