"""Tickets: somebody is vouched for, and it is not settled yet whose account they enter."""

import secrets

import orjson
from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.sealing import Sealer

from ...domain.ways_in.vouched import TICKET_BYTES, TICKET_LIFETIME, Vouched


class SqlTickets:
    """Only a ticket's holder has it: the row knows its hash, and what it says is sealed."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    async def issue(self, uow: UnitOfWork, vouched: Vouched) -> str:
        ticket = secrets.token_urlsafe(TICKET_BYTES)
        key = self._hash(ticket)
        await uow.execute(
            "INSERT INTO vouched (ticket_hash, person, expires_at) VALUES ($1, $2, $3)",
            key,
            self._sealer.seal(orjson.dumps(vouched.document()), key),
            now() + TICKET_LIFETIME,
        )
        return ticket

    async def read(self, uow: UnitOfWork, ticket: str) -> Vouched | None:
        """None for one that is unknown, used, or expired."""
        return self._open(
            ticket,
            await uow.read_value(
                "SELECT person FROM vouched WHERE ticket_hash = $1 AND expires_at > now()", self._hash(ticket)
            ),
        )

    async def use(self, uow: UnitOfWork, ticket: str) -> Vouched | None:
        """Uses it up with the commit; None where another request was faster."""
        return self._open(
            ticket,
            await uow.fetchval(
                "DELETE FROM vouched WHERE ticket_hash = $1 AND expires_at > now() RETURNING person",
                self._hash(ticket),
            ),
        )

    async def sweep(self, uow: UnitOfWork) -> None:
        await uow.execute("DELETE FROM vouched WHERE expires_at < now()")

    def _open(self, ticket: str, person: bytes | None) -> Vouched | None:
        if person is None:
            return None
        return Vouched.read(orjson.loads(self._sealer.open(person, self._hash(ticket))))

    def _hash(self, ticket: str) -> bytes:
        return self._sealer.lookup_hash(f"ticket:{ticket}")
