"""Everything payment-svc talks to: the partner sandbox, case-svc and identity, over real HTTP."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import aiohttp
import httpx2
import pytest
import uvicorn
from partners.app import build as build_sandbox
from partners.keys import generate
from partners.settings import PartnersSettings
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from yarl import URL

pytest_plugins = ["chassis.testing.plugin"]

CONTROL_TOKEN = "control-token-of-the-tests"
PATIENCE_SECONDS = 20

Json = dict[str, Any]


@pytest.fixture(scope="session")
def partner_keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("partner-keys")
    generate(folder)
    return folder


@dataclass
class World:
    """What is around payment-svc. Notices reach `deliver_to` once the service runs.

    `channel` is the provider that is spoken of; `deliveries` are those that came, as they came.
    """

    url: str
    sandbox: Any
    keys: Path
    http: httpx2.AsyncClient
    deliver_to: httpx2.AsyncClient | None = None
    decision_nos: dict[UUID, str] = field(default_factory=dict)
    payers: dict[UUID, str | None] = field(default_factory=dict)
    """Names at identity-svc; None: the account was erased."""
    looks: list[dict[str, str]] = field(default_factory=list)
    """What identity-svc was asked names for."""
    channel: str = "bank"
    afterwards: Callable[[], Awaitable[None]] | None = None
    openids: dict[str, str] = field(default_factory=dict)
    deliveries: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)

    async def control(self, method: str, path: str, document: object = None) -> Any:
        headers = {"Authorization": f"Bearer {CONTROL_TOKEN}"}
        answer = await self.http.request(method, f"/control{path}", json=document, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def fault(self, **faults: Any) -> None:
        """Replaces the provider's faults; none clears them."""
        await self.control("PUT", f"/faults/{self.channel}", faults)

    async def pay(self, pay_url: str) -> Json:
        """The citizen pays at the provider's cashier."""
        answer = await self.http.post(f"{pay_url.partition('?')[0]}/pay")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def pay_number(self, number: str) -> Json:
        """The citizen pays in the provider's app, whichever way they were led there."""
        return await self.control("POST", f"/{self.channel}/orders/{number}/pay")

    async def capture_again(self, number: str, amount_cents: int | None = None) -> Json:
        """The bank takes money for this number once more, whatever its state."""
        document = {} if amount_cents is None else {"amount_cents": amount_cents}
        return await self.control("POST", f"/{self.channel}/orders/{number}/capture", document)

    async def books(self, number: str | None = None) -> Json:
        return await self.control(
            "GET", f"/books/{self.channel}" + (f"?out_trade_no={number}" if number else "")
        )

    async def notices(self, **query: str) -> list[Json]:
        asked = "&".join(f"{name}={value}" for name, value in {"partner": self.channel, **query}.items())
        return (await self.control("GET", f"/notices?{asked}"))["notices"]

    async def delivered(self) -> None:
        """Waits until no notice of the bank is under way, and does what follows."""
        await eventually(self._nothing_pending)
        if self.afterwards is not None:
            await self.afterwards()

    async def open(self, pay_url: str) -> str:
        """The citizen opens the provider's page, its address being sent as it stands; the cashier's address."""
        async with (
            aiohttp.ClientSession() as browser,
            browser.get(URL(pay_url, encoded=True), allow_redirects=False) as page,
        ):
            assert page.status == 302, await page.text()
            return page.headers["Location"]

    async def until(self, check: Callable[[], Awaitable[Any]]) -> None:
        """Waits until `check` returns something true."""
        await eventually(check)

    async def _nothing_pending(self) -> bool:
        return not await self.notices(state="PENDING")

    async def acknowledged(self, notice_id: str) -> None:
        async def acked() -> bool:
            return notice_id in {one["notice_id"] for one in await self.notices(state="ACKED")}

        await eventually(acked)

    async def payment_reference(self, request: Request) -> Response:
        number = self.decision_nos.get(UUID(request.path_params["case_id"]))
        return JSONResponse({"decision_no": number}, 200 if number else 404)

    async def name_of(self, request: Request) -> Response:
        account_id = UUID(request.path_params["account_id"])
        self.looks.append({"account_id": str(account_id), **request.query_params})
        if account_id not in self.payers:
            return Response(status_code=503)
        name = self.payers[account_id]
        return JSONResponse({"account_id": str(account_id), "name": name}, 200 if name else 410)

    async def openids_of(self, _: Request) -> Response:
        return JSONResponse({"openids": self.openids})

    async def delivers(self, request: Request) -> Response:
        if self.deliver_to is None:
            return Response(status_code=503)
        own = ("host", "connection", "content-length", "accept-encoding")
        headers = {name: value for name, value in request.headers.items() if name not in own}
        body = await request.body()
        target = f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path
        self.deliveries.append((request.method, target, headers, body))
        answer = await self.deliver_to.request(request.method, target, content=body, headers=headers)
        return Response(answer.content, answer.status_code, media_type=answer.headers.get("content-type"))


async def eventually(check: Callable[[], Awaitable[Any]]) -> Any:
    """What `check` returns, once that is true."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not (found := await check()):
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
    while not server.started:
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
        keys=partner_keys, data=tmp_path / "books.db", control_token=CONTROL_TOKEN, time_scale=0.001,
        refund_seconds=0,
    )  # fmt: skip
    app = build_sandbox(settings)
    here = World("", app.state.sandbox, partner_keys, None)  # type: ignore[arg-type]

    async def service_token(_: Request) -> Response:
        return JSONResponse({"access_token": "service", "expires_in": 600})

    app.router.routes[:0] = [
        Route("/internal/service-tokens", service_token, methods=["POST"]),
        Route("/internal/accounts/{account_id}/openids", here.openids_of),
        Route("/internal/cases/{case_id}/payment-reference", here.payment_reference),
        Route("/webhooks/{rest:path}", here.delivers, methods=["GET", "POST"]),
        Route("/internal/accounts/{account_id}/name", here.name_of),
    ]
    async with served(app) as url, httpx2.AsyncClient(base_url=url) as http:
        here.url, here.http = url, http
        settings.push_url = url
        yield here
