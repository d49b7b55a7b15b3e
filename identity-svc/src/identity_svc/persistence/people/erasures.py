"""Requests to erase an account. The report names kinds and counts, nobody's data."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from chassis.db import UnitOfWork
from chassis.people import Blocker, Outcome
from chassis.sealing import Sealer

from ...domain.people.erasure import Erasure, ErasureState
from ...domain.people.retention import MANDATES
from .erase_own import erase_account, own_blockers

_COLUMNS: Final = "id, account_id, also, state, requested_at, due_at, ended_at, report"
_ADD: Final = f"""INSERT INTO erasure ({_COLUMNS}, receipt_hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
 ON CONFLICT (account_id) WHERE state IN ('waiting', 'closing', 'erasing') DO NOTHING"""
_MANDATES: Final = """SELECT id FROM mandate WHERE state IN ('offered', 'active')
 AND (principal_id = ANY($1::uuid[]) OR agent_id = ANY($1::uuid[])) ORDER BY id"""
_TAKEN_OVER: Final = (
    "SELECT principal_id FROM mandate WHERE agent_id = $1 AND kind = 'owner' AND state = 'active'"
)

_HOLD_WARDS: Final = """SELECT FROM mandate WHERE kind IN ('guardian', 'owner') AND state = 'active'
 AND principal_id = ANY(ARRAY(SELECT principal_id FROM mandate
  WHERE agent_id = ANY($1::uuid[]) AND kind = 'guardian' AND state = 'active')) ORDER BY id FOR UPDATE"""
_TELLING: Final = """SELECT EXISTS (SELECT FROM job WHERE kind = $2 AND key = ANY(ARRAY(
 SELECT sid::text FROM oidc_participation WHERE session_id = ANY(ARRAY(
  SELECT id FROM session WHERE account_id = ANY($1::uuid[]))))))"""


class SqlErasures:
    def __init__(self, sealer: Sealer, report_days: int) -> None:
        """`report_days`: so long a receipt opens its report."""
        self._sealer = sealer
        self._report_days = report_days

    async def add(self, uow: UnitOfWork, erasure: Erasure, receipt: str) -> bool:
        tag = await uow.execute(
            _ADD, erasure.id, erasure.account_id, erasure.also, erasure.state, erasure.requested_at,
            erasure.due_at, erasure.ended_at, _document(erasure), _hash(receipt),
        )  # fmt: skip
        return tag == "INSERT 0 1"

    async def latest(self, uow: UnitOfWork, account_id: UUID) -> Erasure | None:
        row = await uow.read_row(
            f"SELECT {_COLUMNS} FROM erasure WHERE account_id = $1 ORDER BY id DESC LIMIT 1", account_id
        )
        return _erasure(row) if row else None

    async def get(self, uow: UnitOfWork, erasure_id: UUID) -> Erasure | None:
        row = await uow.read_row(f"SELECT {_COLUMNS} FROM erasure WHERE id = $1", erasure_id)
        return _erasure(row) if row else None

    async def locked(self, uow: UnitOfWork, erasure_id: UUID) -> Erasure | None:
        row = await uow.fetchrow(f"SELECT {_COLUMNS} FROM erasure WHERE id = $1 FOR UPDATE", erasure_id)
        return _erasure(row) if row else None

    async def by_receipt(self, uow: UnitOfWork, receipt: str) -> Erasure | None:
        row = await uow.read_row(
            f"SELECT {_COLUMNS} FROM erasure WHERE receipt_hash = $1"
            " AND (ended_at IS NULL OR ended_at > now() - make_interval(days => $2))",
            _hash(receipt),
            self._report_days,
        )
        return _erasure(row) if row else None

    async def update(self, uow: UnitOfWork, erasure: Erasure) -> None:
        await uow.execute(
            "UPDATE erasure SET state = $2, also = $3, due_at = $4, ended_at = $5, report = $6 WHERE id = $1",
            erasure.id, erasure.state, erasure.also, erasure.due_at, erasure.ended_at, _document(erasure),
        )  # fmt: skip

    async def taken_over(self, uow: UnitOfWork, account_id: UUID) -> list[UUID]:
        return [row["principal_id"] for row in await uow.read(_TAKEN_OVER, account_id)]

    async def close(self, uow: UnitOfWork, accounts: Sequence[UUID]) -> None:
        await uow.execute("UPDATE account SET closed_at = now() WHERE id = ANY($1::uuid[])", list(accounts))

    async def reopen(self, uow: UnitOfWork, accounts: Sequence[UUID]) -> None:
        await uow.execute(
            "UPDATE account SET closed_at = NULL WHERE id = ANY($1::uuid[]) AND erased_at IS NULL",
            list(accounts),
        )

    async def open_mandates(self, uow: UnitOfWork, accounts: Sequence[UUID]) -> list[UUID]:
        return [row["id"] for row in await uow.fetch(_MANDATES, list(accounts))]

    async def dependents(self, uow: UnitOfWork, accounts: Sequence[UUID]) -> list[Blocker]:
        await uow.execute(_HOLD_WARDS, list(accounts))
        return [blocker for account_id in accounts for blocker in await own_blockers(uow, account_id)]

    async def is_telling(self, uow: UnitOfWork, accounts: Sequence[UUID], kind: str) -> bool:
        return bool(await uow.fetchval(_TELLING, list(accounts), kind))

    async def erase(self, uow: UnitOfWork, account_id: UUID) -> tuple[int, list[Outcome]]:
        return await erase_account(uow, self._sealer, account_id)

    async def sweep(self, uow: UnitOfWork) -> None:
        """Reports whose receipts have run out, and what of erased accounts has been kept long enough."""
        await uow.execute(
            "DELETE FROM erasure WHERE ended_at < now() - make_interval(days => $1)", self._report_days
        )
        await uow.execute(_SWEEP_MANDATES, MANDATES.years)
        await uow.execute(_SWEEP_PHONES)


_SWEEP_MANDATES: Final = """DELETE FROM mandate m WHERE m.ended_at < now() - make_interval(years => $1)
 AND EXISTS (SELECT FROM account a WHERE a.id IN (m.principal_id, m.agent_id, m.offered_by)
  AND a.erased_at IS NOT NULL)"""
# Nobody took the offer: it is no account's, and no erasure finds it. For a day whoever answers hears that it is over.
_SWEEP_PHONES: Final = """UPDATE mandate SET agent_hash = NULL WHERE agent_id IS NULL AND agent_hash IS NOT NULL
 AND ended_at < now() - interval '1 day'"""


def _hash(receipt: str) -> bytes:
    return hashlib.sha256(receipt.encode()).digest()


def _document(erasure: Erasure) -> dict[str, Any]:
    return {part: [line.model_dump(mode="json") for line in lines] for part, lines in erasure.report.items()}


def _erasure(row: Mapping[str, Any]) -> Erasure:
    report = {part: [Outcome.model_validate(line) for line in lines] for part, lines in row["report"].items()}
    return Erasure(
        id=row["id"], account_id=row["account_id"], also=list(row["also"]), state=ErasureState(row["state"]),
        requested_at=row["requested_at"], due_at=row["due_at"], ended_at=row["ended_at"], report=report,
    )  # fmt: skip
