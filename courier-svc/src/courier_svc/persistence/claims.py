"""Claims. Whoever changes one holds its shipment's row."""

from dataclasses import fields
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

import asyncpg
from chassis.db import Statement, UnitOfWork

from courier_svc.domain.claim_errors import AlreadyClaimed
from courier_svc.domain.claims import Claim, ClaimState

_NAMES: Final = tuple(field.name for field in fields(Claim))
_SELECTED: Final = ", ".join(_NAMES)
_VALUES: Final = attrgetter(*_NAMES)
_ADD: Final = f"""INSERT INTO claim ({_SELECTED}) VALUES ({", ".join(f"${n}" for n in range(1, len(_NAMES) + 1))})
 ON CONFLICT (order_no, kind) DO NOTHING"""
_CHANGING: Final = (
    "state", "sealed_words", "told_at", "ended_at", "compensation_cents", "reissued_at", "purge_at",
)  # fmt: skip
_SAVE: Final = Statement(
    f"UPDATE claim SET {', '.join(f'{name} = ${n}' for n, name in enumerate(_CHANGING, 2))} WHERE id = $1"
)
_CHANGED: Final = attrgetter("id", *_CHANGING)
_GET: Final = f"SELECT {_SELECTED} FROM claim WHERE id = $1"
_OF_SHIPMENT: Final = f"SELECT {_SELECTED} FROM claim WHERE shipment_id = $1 ORDER BY id LIMIT 100"
_WAYBILL: Final = "SELECT waybill_no FROM leg WHERE order_no = $1"
_PURGE: Final = """WITH due AS (
 SELECT id FROM claim WHERE purge_at <= now() ORDER BY purge_at LIMIT $1 FOR UPDATE SKIP LOCKED),
emptied AS (UPDATE claim SET sealed_words = NULL, purge_at = NULL FROM due WHERE claim.id = due.id)
SELECT count(*) FROM due"""


class PgClaims:
    async def add(self, uow: UnitOfWork, claim: Claim) -> None:
        """Raises AlreadyClaimed."""
        if await uow.execute(_ADD, *_VALUES(claim)) != "INSERT 0 1":
            raise AlreadyClaimed

    async def get(self, uow: UnitOfWork, claim_id: UUID) -> Claim | None:
        row = await uow.read_row(_GET, claim_id)
        return _claim(row) if row else None

    async def of_shipment(self, uow: UnitOfWork, shipment_id: UUID) -> list[Claim]:
        """Oldest first."""
        return [_claim(row) for row in await uow.read(_OF_SHIPMENT, shipment_id)]

    async def waybill(self, uow: UnitOfWork, order_no: str) -> str | None:
        """Of the leg that a claim is about; its shipment may have gone on."""
        row = await uow.read_row(_WAYBILL, order_no)
        return row["waybill_no"] if row else None

    def save(self, uow: UnitOfWork, claim: Claim) -> None:
        uow.write(_SAVE, *_CHANGED(claim))

    async def purge(self, uow: UnitOfWork, limit: int) -> int:
        """Empties the words of claims whose time has come; how many there were."""
        return int(await uow.fetchval(_PURGE, limit))


def _claim(row: asyncpg.Record) -> Claim:
    values: dict[str, Any] = dict(row)
    return Claim(**values | {"state": ClaimState(values["state"])})
