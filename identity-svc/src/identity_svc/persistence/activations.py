"""Codes by which new officers set their first password, hashed."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from chassis.db import UnitOfWork
from sqlalchemy.dialects import postgresql as pg


def add_activation_tables(metadata: sa.MetaData) -> None:
    sa.Table(
        "officer_activation",
        metadata,
        sa.Column("officer_id", pg.UUID, sa.ForeignKey("officer.id"), primary_key=True),
        sa.Column("code_hash", sa.LargeBinary, nullable=False),
        sa.Column("until", sa.TIMESTAMP(timezone=True), nullable=False),
    )


class SqlActivations:
    async def put(self, uow: UnitOfWork, hashes: Mapping[UUID, bytes], until: datetime) -> None:
        """In place of earlier ones."""
        await uow.execute(
            "INSERT INTO officer_activation (officer_id, code_hash, until)"
            " SELECT id, hash, $3 FROM unnest($1::uuid[], $2::bytea[]) AS new (id, hash)"
            " ON CONFLICT (officer_id) DO UPDATE SET code_hash = excluded.code_hash, until = excluded.until",
            list(hashes),
            list(hashes.values()),
            until,
        )

    async def waiting(self, uow: UnitOfWork, badge_no: str) -> UUID | None:
        """Who may set a first password under this badge number now."""
        return await uow.fetchval(
            "SELECT o.id FROM officer o JOIN officer_activation a ON a.officer_id = o.id"
            " WHERE o.badge_no = $1 AND o.active AND a.until > now()",
            badge_no,
        )

    async def is_awaited(self, uow: UnitOfWork, officer_id: UUID) -> bool:
        """Whether the officer has not set a password yet."""
        return bool(
            await uow.fetchval(
                "SELECT true FROM officer_activation WHERE officer_id = $1 FOR UPDATE", officer_id
            )
        )

    async def use(self, uow: UnitOfWork, officer_id: UUID, code_hash: bytes) -> bool:
        tag = await uow.execute(
            "DELETE FROM officer_activation WHERE officer_id = $1 AND code_hash = $2 AND until > now()",
            officer_id,
            code_hash,
        )
        return tag == "DELETE 1"
