"""The running service, with a citizen in front of it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal
from uuid import UUID, uuid4

import httpx2
import pytest
from chassis.clock import now
from chassis.testing import TEST_KEYS, Running, Tokens, bearer, running
from contracts.case import CaseClosedUnpaid, CasePaymentRequested, CaseWithdrawn
from payment_svc.bootstrap import build
from payment_svc.settings import PaymentSettings

MIGRATIONS = Path(__file__).parents[2] / "src" / "payment_svc" / "migrations"
UNIT, DEPARTMENT, FEE = "YT-HUZHENG", "HUZHENG", 2000

Json = dict[str, Any]


@dataclass
class Citizen:
    """A person with a case, and what they do here."""

    client: httpx2.AsyncClient
    token: str
    id: UUID

    async def get(self, path: str) -> httpx2.Response:
        return await self.client.get(f"/api/payments{path}", headers=bearer(self.token))

    async def post(self, path: str, document: object = None, *, key: str | None = None) -> httpx2.Response:
        headers = bearer(self.token) | {"Idempotency-Key": key or str(uuid4())}
        return await self.client.post(f"/api/payments{path}", json=document, headers=headers)

    async def orders(self, case_id: UUID) -> list[Json]:
        answer = await self.get(f"/orders?case_id={case_id}")
        assert answer.status_code == 200, answer.text
        return answer.json()["items"]

    async def order(self, order_id: str) -> Json:
        answer = await self.get(f"/orders/{order_id}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def start(self, order_id: str, *, key: str | None = None) -> Json:
        """Begins to pay at the bank; the attempt with its link."""
        answer = await self.post(f"/orders/{order_id}/attempts", {"channel": "bank"}, key=key)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def check(self, order_id: str) -> httpx2.Response:
        return await self.post(f"/orders/{order_id}/check")


@dataclass
class Payments:
    """The running service with a citizen in front of it."""

    svc: Running
    world: Any
    tokens: Tokens
    citizen: Citizen
    settings: PaymentSettings
    unit: str = UNIT
    department: str = DEPARTMENT

    async def requested(
        self,
        *,
        amount_cents: int | None = FEE,
        source: Literal["fixed", "issuing_system", "applicant"] = "fixed",
        case_id: UUID | None = None,
    ) -> UUID:
        """A case asks to be paid; its id."""
        case_id = case_id or uuid4()
        facts = case_facts(case_id, self.citizen.id, "awaiting_payment")
        await self.svc.deliver(
            CasePaymentRequested(
                **facts, amount_cents=amount_cents, amount_source=source, purpose="居民身份证工本费"
            )
        )
        return case_id

    async def opened(self, **options: Any) -> Json:
        """The open order of a new case."""
        return (await self.citizen.orders(await self.requested(**options)))[0]

    async def withdrawn(self, case_id: str | UUID) -> None:
        await self.svc.deliver(CaseWithdrawn(**case_facts(UUID(str(case_id)), self.citizen.id, "withdrawn")))

    async def closed_unpaid(self, case_id: str | UUID) -> None:
        await self.svc.deliver(CaseClosedUnpaid(**case_facts(UUID(str(case_id)), self.citizen.id, "closed")))

    async def run(self, *kinds: str) -> None:
        """Runs the named recurring jobs, and every job that is due then."""
        async with self.svc.uow() as uow:
            for kind in kinds:
                uow.enqueue(kind, "recurring")
        await self.svc.run_jobs()

    async def let_pass(self, order_id: str, time: timedelta) -> None:
        """Moves an order, its attempts, its check and its waiting jobs `time` into the past."""
        async with self.svc.uow() as uow:
            await uow.execute(
                "UPDATE payment_order SET expires_at = expires_at - $2::interval,"
                " checked_at = checked_at - $2::interval WHERE id = $1",
                UUID(order_id), time,
            )  # fmt: skip
            await uow.execute(
                "UPDATE attempt SET created_at = created_at - $2::interval,"
                " next_query_at = next_query_at - $2::interval WHERE order_id = $1",
                UUID(order_id), time,
            )  # fmt: skip
            await uow.execute("UPDATE job SET run_at = run_at - $1::interval", time)

    async def expired(self, order_id: str) -> None:
        """Two hours go by."""
        await self.let_pass(order_id, timedelta(hours=2, seconds=1))
        await self.run("payment.watch_deadlines")

    async def told(self) -> list[str]:
        """The types of all events, oldest first."""
        return [event.TYPE for event in await self.svc.emitted()]

    async def balances(self) -> Json:
        answer = await self.svc.client.get("/api/payments/balances", headers=bearer(self.tokens.operator()))
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def anomalies(self, kind: str) -> list[Json]:
        headers = bearer(self.tokens.operator())
        answer = await self.svc.client.get(f"/api/payments/anomalies?kind={kind}", headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()["items"]


def case_facts(case_id: UUID, applicant_id: UUID, state: str) -> Json:
    return {
        "case_id": case_id,
        "case_no": "HZ202611220001",
        "item_code": "HUZHENG-001",
        "item_version": 1,
        "department": DEPARTMENT,
        "unit": UNIT,
        "applicant_id": applicant_id,
        "state": state,
        "occurred_at": now(),
        "actor": "system",
    }


@pytest.fixture
async def database(fresh_database: Any) -> AsyncIterator[str]:
    async with fresh_database(MIGRATIONS) as url:
        yield url


@pytest.fixture
def settings(world: Any, database: str) -> PaymentSettings:
    return PaymentSettings(
        database_url=database,
        kafka_bootstrap="nowhere:9092",
        service_secret="secret",
        partners_url=world.url,
        partners_keys=world.keys,
        case_url=world.url,
        identity_url=world.url,
        public_url=world.url,
        **TEST_KEYS,
    )


@pytest.fixture
async def payments(settings: PaymentSettings, world: Any, tokens: Tokens) -> AsyncIterator[Payments]:
    async with running(build(settings), tokens) as svc:
        world.deliver_to = svc.client
        account_id = uuid4()
        citizen = Citizen(svc.client, tokens.citizen(account_id), account_id)
        yield Payments(svc, world, tokens, citizen, settings)
        world.deliver_to = None
