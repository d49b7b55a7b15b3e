"""How fast providers' notices are accepted and applied: real orders, paid at the sandbox, told by its own letters.

The sandbox keeps its notices back; we carry them to the gateway ourselves, as fast as they are taken, so that its work
is not measured with ours.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import aiohttp
import asyncpg
import orjson
from chassis.http_client import Pool
from embedded import partner_keys
from embedded.stack import EmbeddedStack
from partners.alipay.notices import AlipaySender
from partners.app import BANK_HEADERS
from partners.ccb.notices import CcbSender
from partners.faults import FaultBoard
from partners.keys import KeyRing
from partners.notices.book import Notice
from partners.notices.postman import Letter, Sender
from partners.notices.signed import SignedSender
from partners.signing import Signer
from partners.wechat_pay.notices import WeChatPaySender
from partners.wechat_pay.signing import PlatformKey
from partners.wechat_pay.wiring import PLATFORM_KEY_ID
from yarl import URL

from .driving import Driver
from .measure import cpu_seconds, percentiles
from .progress import say

_WAYS = (
    {"channel": "wechat_pay", "scene": "qr"},
    {"channel": "alipay", "scene": "qr"},
    {"channel": "ccb", "scene": "web"},
    {"channel": "bank", "scene": "web"},
)
_WARM_UP, _BURST, _PACED = 200, 1_200, 500
_RATE = 100
_CONNECTIONS = 64
_SENDERS = 32
_PATIENCE = 60.0
_PAID = "SELECT count(*) FROM payment_order WHERE id = ANY($1) AND paid_at IS NOT NULL"


@dataclass(frozen=True, slots=True)
class _Told:
    """An order that was paid, and the letter that says so."""

    order: UUID
    letter: Letter
    sender: Sender


async def with_notices(stack: EmbeddedStack, http: aiohttp.ClientSession, driver: Driver) -> dict[str, Any]:
    """`notices_per_second`: of notices of four channels in equal parts, from the first one sent to the last order paid.
    `notice_ack_ms`: from when one was due, at 100 a second, to its acknowledgement, p50 and p99.
    """
    total = _WARM_UP + _BURST + _PACED
    say(f"{total} orders to be paid, for their notices")
    told = await _Sandbox(stack, http).paid(driver, total)
    say(f"  {_BURST} notices as fast as they are taken, {_PACED} at {_RATE} a second")
    post = _Post(stack)
    try:
        await post.as_fast_as_taken(told[:_WARM_UP])
        await asyncio.sleep(1)
        before, began = cpu_seconds(stack), time.perf_counter()
        acknowledged = await post.as_fast_as_taken(told[_WARM_UP : _WARM_UP + _BURST])
        seconds = time.perf_counter() - began
        after = cpu_seconds(stack)
        await asyncio.sleep(2)  # what follows a payment is done
        waits = await post.at_a_pace(told[_WARM_UP + _BURST :])
    finally:
        await post.close()
    return {
        "notices_per_second": round(_BURST / seconds, 1),
        "notices_acknowledged_per_second": round(_BURST / acknowledged, 1),
        "notice_cpu_ms_by_process": {
            name: round((after[name] - before[name]) * 1000 / _BURST, 2) for name in sorted(after)
        },
        "notice_ack_ms": percentiles(waits) | {"rate": _RATE},
    }


class _Sandbox:
    """The payers and the providers, whose notices are kept back."""

    def __init__(self, stack: EmbeddedStack, http: aiohttp.ClientSession) -> None:
        self._http = http
        self._control = stack.url("partners") + "/control"
        self._headers = {"Authorization": f"Bearer {stack.control_token}", "Content-Type": "application/json"}
        keys, board = KeyRing.load(partner_keys.sandbox_folder(stack.folder.secrets)), FaultBoard()
        self._senders: dict[str, Sender] = {
            "bank": SignedSender(BANK_HEADERS, Signer(keys.bank), "code", "SUCCESS"),
            "wechat_pay": WeChatPaySender(
                PlatformKey(keys.rsa_private("wechat-pay"), PLATFORM_KEY_ID), board
            ),
            "alipay": AlipaySender(keys.rsa_private("alipay"), board),
            "ccb": CcbSender(keys.rsa_private("ccb"), board),
        }

    async def paid(self, driver: Driver, count: int) -> list[_Told]:
        """So many orders of cases that went their way, paid, and nobody told of it yet."""
        for channel in self._senders:
            await self._ask("PUT", f"/faults/{channel}", {"lose_next": -1})
        found: list[_Told] = []
        numbers = iter(range(count))

        async def some() -> None:
            for number in numbers:
                found.append(await self._one(driver, _WAYS[number % len(_WAYS)]))

        await asyncio.gather(*(some() for _ in range(_SENDERS)))
        await self._ask("DELETE", "/faults")
        return found

    async def _one(self, driver: Driver, way: dict[str, str]) -> _Told:
        citizen, order = await driver.one_payable()
        attempt = await driver.journey.start_attempt(citizen, order, way)
        channel, number = way["channel"], UUID(attempt["id"]).hex
        if channel == "ccb":  # the order begins there when its page is opened
            async with self._http.get(URL(attempt["pay_url"], encoded=True)) as page:
                await page.read()
            number = parse_qs(urlsplit(attempt["pay_url"]).query)["ORDERID"][0]
        await self._ask("POST", f"/{channel}/orders/{number}/pay")
        (line,) = (await self._ask("GET", f"/notices?partner={channel}&ref={number}"))["notices"]
        notice = Notice(line["notice_id"], channel, number, line["url"], orjson.dumps(line["body"]), 0, 0)  # type: ignore[arg-type]
        sender = self._senders[channel]
        return _Told(UUID(order), sender.letter(notice, "genuine"), sender)

    async def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        data = None if body is None else orjson.dumps(body)
        async with self._http.request(
            method, self._control + path, data=data, headers=self._headers
        ) as answer:
            content = await answer.read()
            if answer.status >= 400:
                raise RuntimeError(f"the sandbox: {method} {path} {answer.status} {content[:300]!r}")
            return orjson.loads(content) if content else None


class _Post:
    """Carries letters to the gateway."""

    def __init__(self, stack: EmbeddedStack) -> None:
        self._pool = Pool(stack.url("gateway"), connections=_CONNECTIONS, connect_timeout=10)
        self._database = stack.database_url("payment-svc")

    async def close(self) -> None:
        await self._pool.close()

    async def as_fast_as_taken(self, told: Sequence[_Told]) -> float:
        """Returns when every order is paid: the seconds until the last letter was acknowledged."""
        letters, began = iter(told), time.perf_counter()

        async def some() -> None:
            for one in letters:
                await self._carry(one)

        await asyncio.gather(*(some() for _ in range(_SENDERS)))
        acknowledged = time.perf_counter() - began
        await self._until_paid([one.order for one in told])
        return acknowledged

    async def at_a_pace(self, told: Sequence[_Told]) -> list[float]:
        """Seconds from when each was due to its acknowledgement."""
        waits, began = [], time.perf_counter() + 0.05

        async def one(number: int, letter: _Told) -> None:
            due = began + number / _RATE
            await asyncio.sleep(due - time.perf_counter())
            await self._carry(letter)
            waits.append(time.perf_counter() - due)

        await asyncio.gather(*(one(number, letter) for number, letter in enumerate(told)))
        await self._until_paid([one.order for one in told])
        return waits

    async def _carry(self, told: _Told) -> None:
        letter, url = told.letter, urlsplit(told.letter.url)
        target = url.path + (f"?{url.query}" if url.query else "")
        headers = [(name.lower().encode(), value.encode()) for name, value in letter.headers.items()]
        answer = await self._pool.request(
            letter.method.encode(), target.encode(), headers, letter.body or None, silence=_PATIENCE
        )
        content = await answer.read()
        if not told.sender.is_ack(answer.status, content):
            raise RuntimeError(f"{url.path} answered {answer.status} {content[:300]!r}")

    async def _until_paid(self, orders: Sequence[UUID]) -> None:
        connection = await asyncpg.connect(self._database)
        deadline, paid = time.monotonic() + _PATIENCE, 0
        try:
            while (paid := await connection.fetchval(_PAID, orders)) < len(orders):
                if time.monotonic() > deadline:
                    raise RuntimeError(f"{len(orders)} notices acknowledged, {paid} orders paid")
                await asyncio.sleep(0.02)
        finally:
            await connection.close()
