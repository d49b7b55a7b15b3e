"""Log-ins by QR code: one row each, moved by guarded updates, so that of two who race one wins."""

from uuid import UUID

import orjson
from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.sealing import Sealer

from ...domain.accounts import Kind, Subject
from ...domain.devices import Client
from ...domain.ways_in.qr import LIFETIME, QrAsked, QrSeen, QrState

_ASK = """
INSERT INTO qr_log_in (id, code_hash, secret_hash, client, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)
"""
# The first phone has it. The same phone may scan again: its answer may have got lost.
_SCAN = """
UPDATE qr_log_in SET state = 'scanned', account_id = $2, session_id = $3
WHERE code_hash = $1 AND expires_at > now()
  AND (state = 'waiting' OR (state = 'scanned' AND account_id = $2 AND session_id = $3))
RETURNING id, client, created_at, expires_at
"""
_ANSWER = """
UPDATE qr_log_in q SET state = $4
FROM session s
WHERE q.id = $1 AND q.state = 'scanned' AND q.account_id = $2 AND q.session_id = $3 AND q.expires_at > now()
  AND s.id = q.session_id AND s.ended_at IS NULL
"""
_SEEN = """
SELECT CASE WHEN expires_at <= now() AND state IN ('waiting', 'scanned', 'confirmed') THEN 'expired' ELSE state END
  AS state, account_id
FROM qr_log_in WHERE id = $1 AND secret_hash = $2
"""
# A phone that was logged out since it confirmed, let nobody in any more.
_USE = """
UPDATE qr_log_in q SET state = 'used'
FROM account a, session s
WHERE q.id = $1 AND q.secret_hash = $2 AND q.state = 'confirmed' AND q.expires_at > now()
  AND a.id = q.account_id AND s.id = q.session_id AND s.ended_at IS NULL
RETURNING a.id, a.kind, a.ial
"""


class SqlQrLogIns:
    """Code and secret are known to their holders; a row has their keyed hashes. Who asks is sealed."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    async def ask(self, uow: UnitOfWork, log_in_id: UUID, code: str, secret: str, client: Client) -> None:
        moment = now()
        about = orjson.dumps({"address": client.address, "device": client.device})
        await uow.execute(
            _ASK,
            log_in_id,
            self._hash("code", code),
            self._hash("secret", secret),
            self._sealer.seal(about, log_in_id.bytes),
            moment,
            moment + LIFETIME,
        )

    async def scan(self, uow: UnitOfWork, code: str, account_id: UUID, session_id: UUID) -> QrAsked | None:
        row = await uow.fetchrow(_SCAN, self._hash("code", code), account_id, session_id)
        if row is None:
            return None
        about = orjson.loads(self._sealer.open(row["client"], row["id"].bytes))
        return QrAsked(row["id"], Client(**about), row["created_at"], row["expires_at"])

    async def answer(
        self, uow: UnitOfWork, log_in_id: UUID, account_id: UUID, session_id: UUID, state: QrState
    ) -> bool:
        """What the phone that scanned it says, once; False for any other phone, or too late."""
        return await uow.execute(_ANSWER, log_in_id, account_id, session_id, state) == "UPDATE 1"

    async def seen(self, uow: UnitOfWork, log_in_id: UUID, secret: str) -> QrSeen | None:
        row = await uow.read_row(_SEEN, log_in_id, self._hash("secret", secret))
        return QrSeen(QrState(row["state"]), row["account_id"]) if row else None

    async def use(self, uow: UnitOfWork, log_in_id: UUID, secret: str) -> Subject | None:
        """Whom the computer may come in as, once."""
        row = await uow.fetchrow(_USE, log_in_id, self._hash("secret", secret))
        if row is None:
            return None
        return Subject(row["id"], is_officer=False, roles=(Kind(row["kind"]).role,), ial=row["ial"])

    async def sweep(self, uow: UnitOfWork) -> None:
        await uow.execute("DELETE FROM qr_log_in WHERE expires_at < now() - interval '10 minutes'")

    def _hash(self, what: str, value: str) -> bytes:
        return self._sealer.lookup_hash(f"qr-{what}:{value}")
