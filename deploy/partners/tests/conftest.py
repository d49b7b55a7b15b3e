"""A sandbox in the test's own event loop, a receiver for its notices, and a caller who signs by PROTOCOL.md.

The caller's signing is written a second time here, from the page alone: the two must agree.
"""

import asyncio
import base64
import hmac
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from partners.app import Sandbox, build
from partners.keys import generate
from partners.settings import PartnersSettings

from .customers import EmsCustomer, SfCustomer

TOKEN = "control-token-of-the-tests"
PATIENCE_SECONDS = 20
ACKS = {"bank": {"code": "SUCCESS"}, "ems": {"code": "00000"}, "sf": {"return_code": "0000"}}


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    generate(folder)
    return folder


async def wait_until(check: Callable[[], Awaitable[Any]]) -> Any:
    """What `check` returns, once that is true."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not (found := await check()):
            await asyncio.sleep(0.005)
        return found


@pytest.fixture
def eventually() -> Callable[[Callable[[], Awaitable[Any]]], Awaitable[Any]]:
    return wait_until


@dataclass
class Received:
    partner: str
    headers: Mapping[str, str]
    raw: bytes

    @property
    def body(self) -> dict[str, Any]:
        return json.loads(self.raw)


@dataclass
class Receiver:
    """Plays the platform's webhooks; `answers` are given first, then acknowledgements."""

    url: str = ""
    got: list[Received] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    answers: list[tuple[int, object]] = field(default_factory=list)
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def take(self, request: web.Request) -> web.Response:
        partner = request.match_info["partner"]
        self.paths.append(request.path)
        self.got.append(Received(partner, request.headers, await request.read()))
        async with self._changed:
            self._changed.notify_all()
        status, answer = self.answers.pop(0) if self.answers else (200, ACKS[partner])
        return web.json_response(answer, status=status)

    async def wait_for(self, count: int) -> list[Received]:
        async with asyncio.timeout(PATIENCE_SECONDS), self._changed:
            await self._changed.wait_for(lambda: len(self.got) >= count)
        return self.got


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/webhooks/{partner}", receiver.take)
    app.router.add_post("/webhooks/courier/{partner}", receiver.take)
    app.router.add_post("/webhooks/courier/{partner}/{secret}", receiver.take)
    server = TestServer(app)
    await server.start_server()
    receiver.url = f"http://{server.host}:{server.port}/webhooks"
    yield receiver
    await server.close()


@dataclass
class Caller:
    """Our side: signs calls, checks answers and notices, commands the control API."""

    http: httpx2.AsyncClient
    keys: Path
    receiver: Receiver
    sandbox: Sandbox | None = None

    def signed(
        self,
        partner: str,
        method: str,
        target: str,
        body: bytes,
        *,
        at: int | None = None,
        nonce: str | None = None,
    ) -> dict[str, str]:
        timestamp, nonce = str(at or int(time.time())), nonce or uuid4().hex
        text = f"{method}\n{target}\n{timestamp}\n{nonce}\n".encode() + body + b"\n"
        role, own_id, key_file = {
            "bank": ("Merchant", "1900006101", "bank-merchant.private.pem"),
        }.get(partner, ("App", "police-platform", f"{partner}.secret"))
        key = (self.keys / key_file).read_bytes()
        if key_file.endswith(".pem"):
            signature = load_pem_private_key(key, None).sign(text)  # type: ignore[union-attr, call-arg]
        else:
            signature = hmac.digest(key.strip(), text, "sha256")
        prefix = f"X-{partner.capitalize()}-"
        return {
            prefix + role: own_id,
            prefix + "Timestamp": timestamp,
            prefix + "Nonce": nonce,
            prefix + "Signature": base64.b64encode(signature).decode(),
        }

    async def call(self, method: str, target: str, document: object = None, **how: Any) -> httpx2.Response:
        body = b"" if document is None else json.dumps(document, ensure_ascii=False).encode()
        headers = self.signed(target.split("/")[1], method, target, body, **how)
        return await self.http.request(method, target, content=body, headers=headers)

    async def ok(self, method: str, target: str, document: object = None) -> dict[str, Any]:
        answer = await self.call(method, target, document)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def refused(self, method: str, target: str, document: object = None) -> tuple[int, str]:
        answer = await self.call(method, target, document)
        return answer.status_code, answer.json()["code"]

    async def control(self, method: str, path: str, document: object = None) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        answer = await self.http.request(method, f"/control{path}", json=document, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def is_genuine(self, partner: str, headers: Any, raw: bytes) -> bool:
        """By the partner's public key, over an answer or a notice, and not older than five minutes."""
        prefix = f"X-{partner.capitalize()}-"
        timestamp, nonce = headers[prefix + "Timestamp"], headers[prefix + "Nonce"]
        key = load_pem_public_key((self.keys / f"{partner}.public.pem").read_bytes())
        signature = base64.b64decode(headers[prefix + "Signature"])
        try:
            key.verify(signature, f"{timestamp}\n{nonce}\n".encode() + raw + b"\n")  # type: ignore[union-attr, call-arg]
        except InvalidSignature:
            return False
        return abs(time.time() - int(timestamp)) <= 300

    async def order(self, number: str | None = None, cents: int = 2000) -> dict[str, Any]:
        return await self.ok("POST", "/bank/v1/orders", self.order_body(number, cents))

    def order_body(self, number: str | None = None, cents: int = 2000) -> dict[str, Any]:
        return {
            "out_trade_no": number or str(uuid4()),
            "amount_cents": cents,
            "currency": "CNY",
            "description": "居民身份证工本费",
            "notify_url": f"{self.receiver.url}/bank",
            "expires_at": "2099-01-01T00:00:00+08:00",
        }

    async def pay(self, order: dict[str, Any]) -> httpx2.Response:
        return await self.http.post(f"/bank/cashier/{order['prepay_id']}/pay")

    async def paid_order(self, cents: int = 2000) -> tuple[str, str]:
        """Its number and transaction id."""
        order = await self.order(cents=cents)
        return order["out_trade_no"], (await self.pay(order)).json()["transaction_id"]

    def refund_body(self, number: str, cents: int = 2000, **more: Any) -> dict[str, Any]:
        return {
            "out_refund_no": str(uuid4()),
            "out_trade_no": number,
            "refund_cents": cents,
            "total_cents": 2000,
            "reason": "办件撤回",
            "notify_url": f"{self.receiver.url}/bank",
        } | more

    async def notices(self, **query: str) -> list[dict[str, Any]]:
        asked = "&".join(f"{name}={value}" for name, value in query.items())
        return (await self.control("GET", f"/notices?{asked}"))["notices"]

    async def all_acked(self, count: int) -> list[dict[str, Any]]:
        async def acked() -> list[dict[str, Any]] | None:
            notices = await self.notices(state="ACKED")
            return notices if len(notices) >= count else None

        return await wait_until(acked)


@pytest.fixture
def settings(keys: Path, tmp_path: Path, receiver: Receiver) -> PartnersSettings:
    return PartnersSettings(
        keys=keys, data=tmp_path / "books.db", control_token=TOKEN, time_scale=0.0001, refund_seconds=0,
        courier_step_seconds=0, public_url="http://sandbox", push_url=receiver.url.removesuffix("/webhooks"),
    )  # fmt: skip


@pytest.fixture
async def caller(settings: PartnersSettings, receiver: Receiver) -> AsyncIterator[Caller]:
    app = build(settings)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://sandbox") as http,
    ):
        yield Caller(http, settings.keys, receiver, app.state.sandbox)


@pytest.fixture
def ems(caller: Caller) -> EmsCustomer:
    return EmsCustomer(caller.http, caller.keys)


@pytest.fixture
def sf(caller: Caller) -> SfCustomer:
    return SfCustomer(caller.http, caller.keys)


@pytest.fixture(params=["ems", "sf"])
def courier(request: pytest.FixtureRequest) -> EmsCustomer | SfCustomer:
    """Each in turn: what the depot does, it does for both."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def sandbox(caller: Caller) -> Sandbox:
    assert caller.sandbox is not None
    return caller.sandbox


@pytest.fixture
def remote_caller(keys: Path, receiver: Receiver) -> Callable[[httpx2.AsyncClient], Caller]:
    """For a sandbox that runs as a program of its own."""
    return lambda http: Caller(http, keys, receiver)
