"""case-svc and payment-svc, both real, each with its own database; what they tell is carried between them by hand."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from authorisation.table import kit
from chassis.clock import SHANGHAI, now
from chassis.testing import TEST_KEYS, Running, Tokens, bearer, running
from partners.keys import generate
from payment_svc.application.jobs import COMPARE_DAY, MISS_DAY
from payment_svc.domain.money_records import NoticeRow
from payment_svc.domain.orders import Order
from payment_svc.domain.payees import Kind, Payee
from payment_svc.domain.readings import Notice, PaymentReading, PaymentStatus, number_of
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

CASE, PAYMENT = kit("case"), kit("payment")
FEE = 2000
PAID_STEPS = ("accept", "review", "pay", "notify")


@dataclass
class Both:
    """`lost`: events of these types are never carried over. `down`: case-svc does not answer payment-svc."""

    cases: Any
    payments: Running
    tokens: Tokens
    lost: set[str] = field(default_factory=set)
    carried: dict[str, int] = field(default_factory=dict)

    @property
    def today(self) -> date:
        return now().astimezone(SHANGHAI).date()

    async def exchange(self) -> None:
        """Carries over what was told and not carried yet, and runs what is due, until nothing is left."""
        for _ in range(6):
            await self._carry(self.cases, self.payments)
            await self.payments.run_jobs()
            await self._carry(self.payments, self.cases)

    async def _carry(self, teller: Running, hearer: Running) -> None:
        name = teller.service.name
        rows = await teller.service.pool.fetch(
            "SELECT id, event_id, type, topic, key, payload FROM outbox WHERE id > $1 ORDER BY id",
            self.carried.get(name, 0),
        )
        for row in rows:
            self.carried[name] = row["id"]
            if row["type"] not in self.lost and hearer.service.applier.handles(row["type"]):
                await hearer.deliver_bytes(
                    row["type"], row["topic"], row["key"], row["payload"], row["event_id"]
                )

    async def owing(self) -> UUID:
        """A case that waits for its fee; payment-svc has an open order for it."""
        case_id = await self.cases.approved(CASE.define("HUZHENG-105", PAID_STEPS))
        await self.exchange()
        return UUID(case_id)

    async def order(self, case_id: UUID) -> Order:
        async with self.payments.uow() as uow:
            found = await self.payments.service.state.use_cases.close_order._orders.lock_live(
                uow, case_id, Kind.FEE
            )
        assert found is not None
        return found

    async def pay(self, case_id: UUID) -> UUID:
        """The bank's word about the money of the case's order; returns the order."""
        use, order = self.payments.service.state.use_cases, await self.order(case_id)
        channel = use.channels.of("bank", Payee.TREASURY)
        async with self.payments.uow() as uow:
            attempt = use.close_order._attempts.reserve(uow, order, "bank", "web", now())
        reading = PaymentReading(
            number_of(attempt.id),
            PaymentStatus.SUCCEEDED,
            uuid4().hex,
            FEE,
            "CNY",
            channel.merchant_id,
            now(),
        )
        notice = Notice(uuid4().hex, "TRANSACTION.SUCCESS", b"{}", payment=reading)
        row = NoticeRow(uuid4(), Payee.TREASURY, notice.notice_id, notice.event, notice.body)
        await use.receive_notice.apply(channel, notice, row, self.payments.service.begin)
        return order.id

    async def paid(self) -> tuple[UUID, UUID]:
        """(case, order), with both sides knowing it."""
        case_id = await self.owing()
        order_id = await self.pay(case_id)
        await self.exchange()
        return case_id, order_id

    async def case_state(self, case_id: UUID) -> str:
        return str(await self.cases.state(str(case_id)))

    async def night(self) -> None:
        """Both count today as if it were over, tell it, and payment-svc compares."""
        for running_one in (self.cases, self.payments):
            async with running_one.uow() as uow:
                await running_one.service.state.days.count(uow, self.today)
        await self.exchange()
        async with self.payments.uow() as uow:
            uow.enqueue(COMPARE_DAY, self.today.isoformat())
        await self.exchange()

    async def a_day_later(self) -> None:
        """What was done waits as if it had been done the night before."""
        async with self.payments.uow() as uow:
            await uow.execute("UPDATE parity_difference SET retold_at = retold_at - interval '1 day'")

    async def time_to_miss(self) -> None:
        """The day has passed in which case-svc was to tell."""
        async with self.payments.uow() as uow:
            await uow.execute("UPDATE job SET run_at = now() WHERE kind = $1", MISS_DAY)
        await self.payments.run_jobs()

    async def missed(self) -> str | None:
        """What is said of a day that case-svc does not tell of."""
        async with self.payments.uow() as uow:
            return await uow.fetchval("SELECT last_error FROM job WHERE kind = $1", MISS_DAY)

    async def get(self, path: str) -> Any:
        answer = await self.payments.client.get(
            f"/api/payments{path}", headers=bearer(self.tokens.operator())
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def differences(self) -> list[Any]:
        return list((await self.get(f"/parity/{self.today}/differences?limit=100"))["items"])

    async def states(self) -> list[str]:
        return [one["state"] for one in await self.differences()]

    async def raised(self) -> list[Any]:
        return list((await self.get("/anomalies?kind=parity"))["items"])

    async def tampered(self, service: Running, sql: str, *values: Any) -> None:
        """Rows changed behind the service's back, by one who owns them and whom no trigger stops."""
        async with service.as_owner() as connection, connection.transaction():
            if service is self.payments:
                await connection.execute("ALTER TABLE ledger_entry DISABLE TRIGGER USER")
            await connection.execute(sql, *values)
            if service is self.payments:
                await connection.execute("ALTER TABLE ledger_entry ENABLE TRIGGER USER")


def _front(cases: Running, tokens: Tokens) -> Starlette:
    """identity-svc's tokens for services, and behind them case-svc."""

    async def service_token(_: Request) -> Response:
        return JSONResponse({"access_token": tokens.service("payment-svc"), "expires_in": 600})

    app = cases.client._transport.app  # type: ignore[attr-defined]
    return Starlette(
        routes=[
            Route("/internal/service-tokens", service_token, methods=["POST"]),
            Mount("/", app=app),
        ]
    )


@pytest.fixture(scope="session")
def partner_keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("partner-keys")
    generate(folder)
    return folder


document_key = CASE.document_key


@pytest.fixture
async def both(
    fresh_database: Callable[..., Any], tokens: Tokens, tmp_path: Path, document_key: str, partner_keys: Path
) -> AsyncIterator[Both]:
    payment_migrations = Path(PAYMENT.__file__).parents[1] / "src/payment_svc/migrations"
    nowhere = {"kafka_bootstrap": "127.0.0.1:1", "service_secret": "secret", **TEST_KEYS}
    async with AsyncExitStack() as stack:
        case_url = await stack.enter_async_context(fresh_database(CASE.MIGRATIONS))
        payment_url = await stack.enter_async_context(fresh_database(payment_migrations))
        case_settings = CASE.CaseSettings(
            database_url=case_url, identity_url="http://127.0.0.1:1", files_url=str(tmp_path / "files"),
            document_key=document_key, **nowhere,
        )  # fmt: skip
        cases = CASE.World(await stack.enter_async_context(running(CASE.build(case_settings), tokens)))
        await CASE.lay_out_organisation(cases)
        url = await stack.enter_async_context(PAYMENT.served(_front(cases, tokens)))
        from payment_svc.bootstrap import build
        from payment_svc.settings import PaymentSettings

        settings = PaymentSettings(
            database_url=payment_url, case_url=url, identity_url=url, partners_url="http://127.0.0.1:1",
            partners_keys=partner_keys, **nowhere,
        )  # fmt: skip
        payments = await stack.enter_async_context(running(build(settings), tokens))
        yield Both(cases, payments, tokens)
