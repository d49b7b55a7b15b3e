"""Mandates: read by either side, changed under a lock."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import asyncpg
import orjson
from chassis.db import UnitOfWork
from chassis.sealing import Sealer

from ...application.mandates.ports import Offer, Window
from ...domain.mandates.errors import AlreadyGuardian, OfferPending
from ...domain.mandates.mandate import Kind, Mandate, Scope, State

_COLUMNS = """id, kind, state, principal_id, agent_id, items, departments, may_appoint, offered_by, offered_at,
  offer_ends_at, accepted_at, expires_at, ended_at, version"""
_ADD = f"""
INSERT INTO mandate ({_COLUMNS}, agent_hash, offer, proof, officer_id, window_code)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
"""
_SETTLED = """
UPDATE mandate SET state = $2, agent_id = $3, accepted_at = $4, ended_at = $5, version = $6, offer = NULL
WHERE id = $1
"""
# A list over three indexes: what one gave, what one got, and what waits for the holder of one's phone.
_OF = f"""
SELECT {_COLUMNS} FROM mandate WHERE id IN (
  (SELECT id FROM mandate WHERE $3 IN ('any', 'principal') AND principal_id = $1
     AND ($5::text IS NULL OR state = $5) AND ($4::uuid IS NULL OR id < $4) ORDER BY id DESC LIMIT $6)
  UNION
  (SELECT id FROM mandate WHERE $3 IN ('any', 'principal') AND offered_by = $1
     AND ($5::text IS NULL OR state = $5) AND ($4::uuid IS NULL OR id < $4) ORDER BY id DESC LIMIT $6)
  UNION
  (SELECT id FROM mandate WHERE $3 IN ('any', 'agent') AND agent_id = $1
     AND ($5::text IS NULL OR state = $5) AND ($4::uuid IS NULL OR id < $4) ORDER BY id DESC LIMIT $6)
  UNION
  (SELECT id FROM mandate WHERE $3 IN ('any', 'agent') AND state = 'offered' AND agent_hash = ANY($2::bytea[])
     AND ($5::text IS NULL OR state = $5) AND ($4::uuid IS NULL OR id < $4) ORDER BY id DESC LIMIT $6)
) ORDER BY id DESC LIMIT $6
"""


class SqlMandates:
    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    async def offer(self, uow: UnitOfWork, mandate: Mandate, offer: Offer) -> None:
        sealed = self._sealer.seal(orjson.dumps({"phone": offer.phone, "name": offer.name}), mandate.id.bytes)
        try:
            await self._add(uow, mandate, self._sealer.lookup_hash(offer.phone), sealed, None, None)
        except asyncpg.UniqueViolationError as error:
            raise OfferPending from error

    async def grant(self, uow: UnitOfWork, mandate: Mandate, proof: str, window: Window | None) -> None:
        try:
            await self._add(uow, mandate, None, None, proof, window)
        except asyncpg.UniqueViolationError as error:
            raise AlreadyGuardian from error

    async def get(self, uow: UnitOfWork, mandate_id: UUID) -> Mandate | None:
        row = await uow.read_row(f"SELECT {_COLUMNS} FROM mandate WHERE id = $1", mandate_id)
        return _mandate(row) if row else None

    async def many(self, uow: UnitOfWork, mandate_ids: set[UUID]) -> list[Mandate]:
        rows = await uow.read(
            f"SELECT {_COLUMNS} FROM mandate WHERE id = ANY($1::uuid[]) ORDER BY id", list(mandate_ids)
        )
        return [_mandate(row) for row in rows]

    async def locked(self, uow: UnitOfWork, mandate_id: UUID) -> Mandate | None:
        """Until the commit nobody else's to change."""
        row = await uow.fetchrow(f"SELECT {_COLUMNS} FROM mandate WHERE id = $1 FOR UPDATE", mandate_id)
        return _mandate(row) if row else None

    async def offer_of(self, uow: UnitOfWork, mandate_id: UUID) -> Offer | None:
        """None once it was answered: then nothing of it is kept."""
        sealed = await uow.fetchval("SELECT offer FROM mandate WHERE id = $1", mandate_id)
        return Offer(**orjson.loads(self._sealer.open(sealed, mandate_id.bytes))) if sealed else None

    async def is_offered_to(self, uow: UnitOfWork, mandate_id: UUID, phone: str) -> bool:
        found = await uow.fetchval("SELECT agent_hash FROM mandate WHERE id = $1", mandate_id)
        return found is not None and found in self._sealer.lookup_hashes(phone)

    async def settled(self, uow: UnitOfWork, mandate: Mandate) -> None:
        """Writes what became of a locked mandate."""
        await uow.execute(
            _SETTLED,
            mandate.id,
            mandate.state,
            mandate.agent_id,
            mandate.accepted_at,
            mandate.ended_at,
            mandate.version,
        )

    async def active_between(
        self, uow: UnitOfWork, principal_id: UUID, agent_id: UUID, kind: Kind
    ) -> list[Mandate]:
        rows = await uow.fetch(
            f"SELECT {_COLUMNS} FROM mandate"
            " WHERE principal_id = $1 AND agent_id = $2 AND kind = $3 AND state = 'active'",
            principal_id,
            agent_id,
            kind,
        )
        return [_mandate(row) for row in rows]

    async def active_of_principal(self, uow: UnitOfWork, principal_id: UUID, kind: Kind) -> list[UUID]:
        rows = await uow.fetch(
            "SELECT id FROM mandate WHERE principal_id = $1 AND kind = $2 AND state = 'active' ORDER BY id",
            principal_id,
            kind,
        )
        return [row["id"] for row in rows]

    async def of(
        self,
        uow: UnitOfWork,
        account_id: UUID,
        phone: str | None,
        *,
        side: str | None,
        state: State | None,
        before: UUID | None,
        limit: int,
    ) -> list[Mandate]:
        """Given or got by an account, or offered to its phone; the newest first."""
        hashes = self._sealer.lookup_hashes(phone) if phone else []
        rows = await uow.read(_OF, account_id, hashes, side or "any", before, state, limit)
        return [_mandate(row) for row in rows]

    async def _add(
        self,
        uow: UnitOfWork,
        mandate: Mandate,
        agent_hash: bytes | None,
        offer: bytes | None,
        proof: str | None,
        window: Window | None,
    ) -> None:
        await uow.execute(
            _ADD,
            mandate.id,
            mandate.kind,
            mandate.state,
            mandate.principal_id,
            mandate.agent_id,
            list(mandate.scope.items),
            list(mandate.scope.departments),
            mandate.may_appoint,
            mandate.offered_by,
            mandate.offered_at,
            mandate.offer_ends_at,
            mandate.accepted_at,
            mandate.expires_at,
            mandate.ended_at,
            mandate.version,
            agent_hash,
            offer,
            proof,
            window.officer_id if window else None,
            window.code if window else None,
        )


def _mandate(row: Mapping[str, Any]) -> Mandate:
    return Mandate(
        id=row["id"],
        kind=Kind(row["kind"]),
        state=State(row["state"]),
        principal_id=row["principal_id"],
        agent_id=row["agent_id"],
        scope=Scope(tuple(row["items"]), tuple(row["departments"])),
        may_appoint=row["may_appoint"],
        offered_by=row["offered_by"],
        offered_at=row["offered_at"],
        offer_ends_at=row["offer_ends_at"],
        accepted_at=row["accepted_at"],
        expires_at=row["expires_at"],
        ended_at=row["ended_at"],
        version=row["version"],
    )
