"""One-time codes: a row for each ticket; several of one phone stand beside each other."""

import hmac
from uuid import UUID

import orjson
from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.ids import uuid7
from chassis.sealing import Sealer

from ..domain.codes import (
    GOOD_FOR,
    LIFETIME,
    MAX_TRIES,
    CodeMessage,
    Purpose,
    TriedCode,
    TypedCode,
    serial_of,
)

_PUT = """
INSERT INTO sms_code (ticket_hash, phone_hash, purpose, id, code_hash, message, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
"""
_TRY = """
UPDATE sms_code SET tries = tries + 1
WHERE ticket_hash = $1 AND phone_hash = $2 AND purpose = ANY($3)
  AND used_at IS NULL AND expires_at > now() AND tries < $4
RETURNING id, code_hash
"""


class SqlCodes:
    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    async def put(self, uow: UnitOfWork, phone: str, purpose: Purpose, typed: TypedCode) -> UUID:
        """Keeps what will be typed, for its ticket; the id by which it is sent."""
        code_id = uuid7()
        plain = {"phone": phone, "code": typed.code, "serial": serial_of(typed.ticket)}
        message = self._sealer.seal(orjson.dumps(plain), code_id.bytes)
        await uow.execute(
            _PUT,
            self._ticket_hash(typed.ticket),
            self._sealer.lookup_hash(phone),
            purpose,
            code_id,
            self._hash(code_id, typed.code),
            message,
            now() + LIFETIME,
        )
        return code_id

    async def try_code(
        self, uow: UnitOfWork, phone: str, purpose: Purpose, typed: TypedCode
    ) -> TriedCode | None:
        """Counts one try and compares; None for a ticket that is unknown, used, used up or expired.

        The caller commits the count whatever comes of it, so that no guess is free.
        """
        ticket, holder = self._ticket_hash(typed.ticket), self._sealer.lookup_hash(phone)
        row = await uow.fetchrow(_TRY, ticket, holder, GOOD_FOR[purpose], MAX_TRIES)
        if row is None:
            return None
        right = hmac.compare_digest(row["code_hash"], self._hash(row["id"], typed.code))
        return TriedCode(row["id"], right)

    async def use(self, uow: UnitOfWork, code_id: UUID) -> bool:
        """Marks a code as used; False when another request was faster."""
        tag = await uow.execute(
            "UPDATE sms_code SET used_at = now() WHERE id = $1 AND used_at IS NULL", code_id
        )
        return tag == "UPDATE 1"

    async def unsent(self, uow: UnitOfWork, code_id: UUID) -> CodeMessage | None:
        """The message of a code that is still wanted; None when sent, used or expired."""
        row = await uow.fetchrow(
            "SELECT purpose, message, expires_at FROM sms_code"
            " WHERE id = $1 AND message IS NOT NULL AND used_at IS NULL AND expires_at > now()",
            code_id,
        )
        if row is None:
            return None
        message = orjson.loads(self._sealer.open(row["message"], code_id.bytes))
        return CodeMessage(
            code_id,
            Purpose(row["purpose"]),
            message["phone"],
            message["code"],
            message["serial"],
            row["expires_at"],
        )

    async def mark_sent(self, uow: UnitOfWork, code_id: UUID) -> None:
        """Forgets the clear text: nobody needs it any more."""
        await uow.execute("UPDATE sms_code SET message = NULL WHERE id = $1", code_id)

    async def sweep(self, uow: UnitOfWork) -> None:
        await uow.execute("DELETE FROM sms_code WHERE expires_at < now() - interval '1 hour'")

    def _ticket_hash(self, ticket: str) -> bytes:
        return self._sealer.lookup_hash(f"code-ticket:{ticket}")

    def _hash(self, code_id: UUID, code: str) -> bytes:
        return self._sealer.lookup_hash(f"sms-code:{code_id}:{code}")
