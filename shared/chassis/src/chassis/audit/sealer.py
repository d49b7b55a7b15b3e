"""The one that seals: rows that wait become a link of the chain, and its head is anchored outside the database."""

import asyncio
from datetime import timedelta
from typing import Final, Protocol

import structlog

from ..clock import now
from ..db.statement import Statement
from ..db.uow import UnitOfWork
from ..jobs.begin import Begin
from ..jobs.job import Job
from .anchors import AnchorFile
from .chain import GENESIS, Head, row_hash, seal_hash

log = structlog.get_logger(__name__)

KIND: Final = "chassis.audit_seal"
EVERY: Final = timedelta(seconds=15)
BATCH: Final = 1_000
_LOCK: Final = 0x617564697473  # "audits"

_WAITING = """SELECT log.id, log.at, log.action, log.actor, log.subject, log.facts, log.trace_id
 FROM audit_pending JOIN audit_log log USING (id) ORDER BY log.id LIMIT $1"""
_LAST = """SELECT number, hash, sealed_at, cardinality(row_ids) AS rows FROM audit_seal
 ORDER BY number DESC LIMIT 1"""
_SEAL: Final = Statement(
    """INSERT INTO audit_seal (number, row_ids, row_hashes, sealed_at, previous, hash)
 VALUES ($1, $2, $3, $4, $5, $6)"""
)
_TAKEN: Final = Statement("DELETE FROM audit_pending WHERE id = ANY($1::bigint[])")


class ChainBehindItsAnchor(RuntimeError):
    """The database knows less than what was anchored: it was cut, or restored from a backup."""


class Witness(Protocol):
    """Somebody else who keeps our heads."""

    async def tell(self, head: Head) -> None:
        """Raises when it was not kept."""


class AuditSealer:
    """Seals in batches, one sealer a database at a time, then anchors the newest head."""

    def __init__(self, service: str, file: AnchorFile | None, witness: Witness | None) -> None:
        self._service = service
        self._file = file
        self._witness = witness
        self._told = 0

    async def run(self, job: Job, begin: Begin) -> None:
        """The recurring job; expects to be run by several instances, and killed at any moment."""
        async with begin() as uow:
            head = await self._head(uow)
            waiting = await uow.read_value("SELECT EXISTS (SELECT FROM audit_pending)")
        await self._require_its_past(head)
        while waiting:
            async with begin() as uow:
                head, waiting = await self._seal(uow)
        if head is not None:
            await self._anchor(head)

    async def _head(self, uow: UnitOfWork) -> Head | None:
        row = await uow.read_row(_LAST)
        if row is None:
            return None
        return Head(self._service, row["number"], row["hash"], row["rows"], row["sealed_at"])

    async def _seal(self, uow: UnitOfWork) -> tuple[Head | None, bool]:
        """One batch; whether more waits."""
        await uow.execute("SELECT pg_advisory_xact_lock($1)", _LOCK)
        head = await self._head(uow)
        rows = await uow.fetch(_WAITING, BATCH)
        if not rows:
            return head, False
        ids, hashes = [row["id"] for row in rows], [row_hash(row) for row in rows]
        number, previous = (head.number + 1, head.hash) if head else (1, GENESIS)
        sealed_at = now()
        seal = Head(
            self._service, number, seal_hash(previous, number, sealed_at, ids, hashes), len(ids), sealed_at
        )
        uow.write(_SEAL, number, ids, hashes, sealed_at, previous, seal.hash)
        uow.write(_TAKEN, ids, rows=len(ids))
        return seal, len(rows) == BATCH

    async def _require_its_past(self, head: Head | None) -> None:
        newest = await asyncio.to_thread(self._file.newest) if self._file else None
        if newest is not None and (head is None or head.number < newest.number):
            log.error(
                "audit_chain_behind_its_anchor", anchored=newest.number, present=head.number if head else 0
            )
            raise ChainBehindItsAnchor(
                f"seal {newest.number} of {self._service} is anchored, the database ends at"
                f" {head.number if head else 0}: run audit-verify"
            )

    async def _anchor(self, head: Head) -> None:
        if self._file is not None:
            newest = await asyncio.to_thread(self._file.newest)
            if newest is None or newest.number < head.number:
                await asyncio.to_thread(self._file.append, head)
        if self._witness is not None and self._told < head.number:
            await self._witness.tell(head)
            self._told = head.number
