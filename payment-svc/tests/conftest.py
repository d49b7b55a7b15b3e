"""payment-svc beside everything it talks to: the partner sandbox, case-svc and identity, over real HTTP."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal
from uuid import UUID, uuid4

import httpx2
import pytest
import uvicorn
from chassis.clock import now
from chassis.testing import TEST_KEYS, Running, Tokens, bearer, running
from contracts.case import CaseClosedUnpaid, CasePaymentRequested, CaseWithdrawn
from partners.app import build as build_sandbox
from partners.keys import generate
from partners.settings import PartnersSettings
from payment_svc.bootstrap import build
from payment_svc.settings import PaymentSettings
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

pytest_plugins = ["chassis.testing.plugin"]

MIGRATIONS = Path(__file__).parents[1] / "src" / "payment_svc" / "migrations"
CONTROL_TOKEN = "control-token-of-the-tests"
UNIT, DEPARTMENT, FEE = "YT-HUZHENG", "HUZHENG", 2000
PATIENCE_SECONDS = 20

Json = dict[str, Any]


@pytest.fixture(scope="session")
def partner_keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("partner-keys")
    generate(folder)
    return folder


@dataclass
class World:
    """What is around payment-svc. Notices of the bank reach `deliver_to` once the service runs."""

    url: str
    sandbox: Any
    keys: Path
    http: httpx2.AsyncClient
    deliver_to: httpx2.AsyncClient | None = None
    decision_nos: dict[UUID, str] = field(default_factory=dict)

    async def control(self, method: str, path: str, document: object = None) -> Any:
        headers = {"Authorization": f"Bearer {CONTROL_TOKEN}"}
        answer = await self.http.request(method, f"/control{path}", json=document, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def fault(self, **faults: Any) -> None:
        """Replaces the bank's faults; none clears them."""
        await self.control("PUT", "/faults/bank", faults)

    async def pay(self, pay_url: str) -> Json:
        """The citizen pays at the bank's cashier."""
        answer = await self.http.post(f"{pay_url}/pay")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def capture_again(self, number: str, amount_cents: int | None = None) -> Json:
        """The bank takes money for this number once more, whatever its state."""
        document = {} if amount_cents is None else {"amount_cents": amount_cents}
        return await self.control("POST", f"/bank/orders/{number}/capture", document)

    async def books(self, number: str | None = None) -> Json:
        return await self.control("GET", "/books/bank" + (f"?out_trade_no={number}" if number else ""))

    async def notices(self, **query: str) -> list[Json]:
        asked = "&".join(f"{name}={value}" for name, value in {"partner": "bank", **query}.items())
        return (await self.control("GET", f"/notices?{asked}"))["notices"]

    async def delivered(self) -> None:
        """Waits until no notice of the bank is under way."""
        await eventually(self._nothing_pending)

    async def _nothing_pending(self) -> bool:
        return not await self.notices(state="PENDING")

    async def acknowledged(self, notice_id: str) -> None:
        async def acked() -> bool:
            return notice_id in {one["notice_id"] for one in await self.notices(state="ACKED")}

        await eventually(acked)

    async def payment_reference(self, request: Request) -> Response:
        number = self.decision_nos.get(UUID(request.path_params["case_id"]))
        return JSONResponse({"decision_no": number}, 200 if number else 404)

    async def bank_posts(self, request: Request) -> Response:
        if self.deliver_to is None:
            return Response(status_code=503)
        headers = {name: value for name, value in request.headers.items() if name.startswith("x-bank-")}
        answer = await self.deliver_to.post("/webhooks/bank", content=await request.body(), headers=headers)
        return Response(answer.content, answer.status_code, media_type="application/json")


async def eventually(check: Callable[[], Awaitable[Any]]) -> Any:
    """What `check` returns, once that is true."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not (found := await check()):  # noqa: ASYNC110 - another program's books raise no event here
            await asyncio.sleep(0.005)
        return found


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.asynccontextmanager
async def served(app: Any) -> AsyncIterator[str]:
    """`app` on a free port, in this event loop."""
    server = _Server(uvicorn.Config(app, port=0, log_level="error", loop="none", timeout_graceful_shutdown=1))
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn tells by this flag
        assert not task.done()
        await asyncio.sleep(0.001)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await task


@pytest.fixture
async def world(partner_keys: Path, tmp_path: Path) -> AsyncIterator[World]:
    settings = PartnersSettings(
        keys=partner_keys, data=tmp_path / "books.db", control_token=CONTROL_TOKEN, time_scale=0.001, refund_seconds=0
    )  # fmt: skip
    app = build_sandbox(settings)
    here = World("", app.state.sandbox, partner_keys, None)  # type: ignore[arg-type]

    async def service_token(_: Request) -> Response:
        return JSONResponse({"access_token": "service", "expires_in": 600})

    app.router.routes[:0] = [
        Route("/internal/service-tokens", service_token, methods=["POST"]),
        Route("/internal/cases/{case_id}/payment-reference", here.payment_reference),
        Route("/webhooks/bank", here.bank_posts, methods=["POST"]),
    ]
    async with served(app) as url, httpx2.AsyncClient(base_url=url) as http:
        here.url, here.http = url, http
        yield here


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
    world: World
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
            CasePaymentRequested(**facts, amount_cents=amount_cents, amount_source=source, purpose="居民身份证工本费")
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
                "UPDATE payment_order SET expires_at = expires_at - $2::interval, checked_at = checked_at - $2::interval"
                " WHERE id = $1",
                UUID(order_id), time,
            )  # fmt: skip
            await uow.execute(
                "UPDATE attempt SET created_at = created_at - $2::interval, next_query_at = next_query_at - $2::interval"
                " WHERE order_id = $1",
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
def settings(world: World, database: str) -> PaymentSettings:
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
async def payments(settings: PaymentSettings, world: World, tokens: Tokens) -> AsyncIterator[Payments]:
    async with running(build(settings), tokens) as svc:
        world.deliver_to = svc.client
        account_id = uuid4()
        citizen = Citizen(svc.client, tokens.citizen(account_id), account_id)
        yield Payments(svc, world, tokens, citizen, settings)
        world.deliver_to = None
