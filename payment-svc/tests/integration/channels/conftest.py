"""Every channel, in each scene it offers: what `test_behaviour.py` is run against."""

import asyncio
import threading
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from chassis.clock import SHANGHAI, now
from chassis.jobs.job import Job
from payment_svc.channels.ccb.mapping import order_id_of

DAY_MS = 86_400_000
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Way:
    """A channel and a scene, and which part of an answer the payer pays with there."""

    channel: str
    scene: str
    given: str
    is_dated: bool = True
    """Its notices carry the time of sending in what is signed, and a day-old one is refused."""
    is_opened: bool = False
    """The provider hears of it when the payer opens the page."""
    is_confirmed: bool = False
    """No notice is believed: the provider is asked about each."""
    names_payments: bool = True
    """It has a number of its own for each payment; else an order's number stands for it, and is paid once."""

    def __str__(self) -> str:
        return f"{self.channel}-{self.scene}"


WAYS = [
    Way("bank", "web", "pay_url"),
    Way("wechat_pay", "qr", "qr_content"),
    Way("wechat_pay", "mobile", "pay_url"),
    Way("wechat_pay", "mini_program", "jsapi"),
    *(
        Way("ccb", scene, "pay_url", is_dated=False, is_opened=True, is_confirmed=True, names_payments=False)
        for scene in ("mobile", "web")
    ),
    Way("alipay", "qr", "qr_content", is_dated=False),
    Way("alipay", "mobile", "pay_url", is_dated=False, is_opened=True),
    Way("alipay", "web", "pay_url", is_dated=False, is_opened=True),
]
CHANNELS = list({way.channel: way for way in WAYS}.values())
"""One way of each channel: what is decided by notices, queries and refunds is the same in every scene."""


class Story:
    """An order of a citizen who pays it in one way."""

    def __init__(self, payments: Any, way: Way) -> None:
        self.payments, self.world, self.way = payments, payments.world, way
        self.order_id = self.number = ""

    async def begin(self, **options: Any) -> dict[str, Any]:
        """Opens an order and starts to pay it; what the payer was given."""
        order = await self.payments.opened(**options)
        self.order_id, self.case_id = order["id"], order["case_id"]
        return await self.start()

    async def start(self) -> dict[str, Any]:
        answer = await self.asks()
        assert answer.status_code == 201, answer.text
        number = UUID(answer.json()["id"]).hex
        self.number = order_id_of(number) if self.way.channel == "ccb" else number
        if self.way.is_opened:
            await self.world.open(answer.json()["pay_url"])
        return answer.json()

    async def asks(self) -> Any:
        body = {"channel": self.way.channel, "scene": self.way.scene}
        return await self.payments.citizen.post(f"/orders/{self.order_id}/attempts", body)

    async def pays(self) -> None:
        await self.world.pay_number(self.number)

    async def paid(self, **options: Any) -> None:
        """Begun, paid, and told of."""
        await self.begin(**options)
        await self.pays()
        await self.world.delivered()

    async def order(self) -> dict[str, Any]:
        return await self.payments.citizen.order(self.order_id)

    async def seen(self) -> tuple[str, list[str]]:
        """The order's state, and where each of its moneys stands."""
        order = await self.order()
        return order["state"], [money["state"] for money in order["money"]]

    async def paid_events(self) -> int:
        return (await self.payments.told()).count("payment.order.paid")


@pytest.fixture
async def story(payments, request):
    way: Way = request.param
    payments.world.channel = way.channel
    payments.world.afterwards = payments.run  # a notice may need a query before it is believed
    users = (await payments.world.control("GET", "/wechat"))["users"]
    settings = payments.world.sandbox.settings
    payments.world.openids = {
        settings.wechat_mini: users[0]["openids"]["mini"],
        settings.wechat_official: users[0]["openids"]["official"],
    }
    return Story(payments, way)


in_every_way = pytest.mark.parametrize("story", WAYS, indirect=True, ids=str)
on_every_channel = pytest.mark.parametrize("story", CHANNELS, indirect=True, ids=str)


class Billing:
    """The bills of a story's channel: days pass, they are fetched, and what differs is seen."""

    AGO = timedelta(days=3)

    def __init__(self, story: Story) -> None:
        self.story, self.payments, self.world = story, story.payments, story.world
        self.channel = story.way.channel
        self.day = (now() - self.AGO).astimezone(SHANGHAI).date()

    async def days_pass(self) -> None:
        """All that happened so far, here and at the provider, happened three days ago at noon."""
        noon = datetime.combine(self.day, time(12), SHANGHAI)
        await self.move(noon)

    async def move(self, to: datetime, *, theirs: datetime | None = None) -> None:
        ms = round((theirs or to).timestamp() * 1000)
        books = self.world.sandbox.books
        books.run("UPDATE pay_capture SET captured_at = ? + seq WHERE captured_at > ?", ms, ms + DAY_MS)
        books.run("UPDATE pay_refund SET finished_at = ? + seq WHERE finished_at > ?", ms, ms + DAY_MS)
        async with self.payments.svc.uow() as uow:
            await uow.execute("UPDATE payment_order SET created_at = $1", to)
            await uow.execute(
                "UPDATE capture SET paid_at = $1 WHERE paid_at > $1::timestamptz + interval '1 day'", to
            )
            await uow.execute(
                "UPDATE refund SET done_at = $1 WHERE done_at > $1::timestamptz + interval '1 day'", to
            )

    async def at_midnight(self) -> None:
        """What we have came three seconds before midnight, in the provider's books three seconds after."""
        self.day -= DAY
        midnight = datetime.combine(self.day + DAY, time.min, SHANGHAI)
        await self.move(midnight - timedelta(seconds=3), theirs=midnight + timedelta(seconds=3))

    async def forget(self, day: date) -> None:
        """All bills are fetched but those of `day`, which never were."""
        await self.fetched()
        async with self.payments.svc.uow() as uow:
            await uow.execute(
                "DELETE FROM bill_line l USING bill b WHERE b.id = l.bill_id AND b.day = $1", day
            )
            await uow.execute("DELETE FROM bill_difference")
            await uow.execute(
                "UPDATE bill SET version = 0, digest = NULL, next_look_at = NULL WHERE day = $1", day
            )
        await self.matched()

    async def matched(self) -> None:
        async with self.payments.svc.uow() as uow:
            for row in await uow.fetch("SELECT id FROM bill WHERE version > 0"):
                uow.enqueue("payment.match_bill", str(row["id"]))
        await self.payments.run()

    async def _due(self) -> str:
        """Awaited, and not fetched yet: the story's bill."""
        async with self.payments.svc.uow() as uow:
            await uow.execute(
                "INSERT INTO bill (id, channel, payee, day) VALUES (gen_random_uuid(), $1, 'treasury', $2)",
                self.channel, self.day,
            )  # fmt: skip
        return str((await self.bill())["id"])

    async def fetched_by_two(self) -> list[Any]:
        """The lease of one ran out while it still worked, and another does the same; how they ended."""
        fetch, key = self.payments.svc.service.state.bills.fetch, await self._due()
        async with self.payments.svc.uow() as uow:
            job_id = await uow.fetchval(
                "INSERT INTO job (kind, key, attempts, leased_until)"
                " VALUES ('payment.fetch_bill', $1, 2, now() + '1 hour') RETURNING id", key,
            )  # fmt: skip
        jobs = [Job(job_id, "payment.fetch_bill", key, {}, now(), tries, 0) for tries in (1, 2)]
        begin = self.payments.svc.service.begin
        done = await asyncio.gather(*(fetch.fetch(job, begin) for job in jobs), return_exceptions=True)
        await self.payments.run()
        return done

    async def cut_off(self) -> None:
        """The worker is killed while the lines are being written."""
        fetch, key = self.payments.svc.service.state.bills.fetch, await self._due()
        source = fetch._sources.of(self.channel, "treasury")
        reached = asyncio.Event()

        class Stopping:
            async def fetch(self, day, into):
                return await source.fetch(day, into)

            def lines(self, file, day):
                yield from source.lines(file, day)
                loop.call_soon_threadsafe(reached.set)
                until.wait(20)

        loop, until = asyncio.get_running_loop(), threading.Event()
        fetch._sources.offer(self.channel, "treasury", Stopping())
        job = Job(-1, "payment.fetch_bill", key, {}, now(), 1, 0)
        worker = asyncio.create_task(fetch.fetch(job, self.payments.svc.service.begin))
        await reached.wait()
        worker.cancel()
        until.set()
        await asyncio.gather(worker, return_exceptions=True)
        fetch._sources.offer(self.channel, "treasury", source)

    async def fetched(self) -> None:
        """As every five minutes; and whatever waits to be tried again is tried now."""
        async with self.payments.svc.uow() as uow:
            await uow.execute("UPDATE bill SET next_look_at = now() - interval '1 second'")
        await self.payments.run("payment.watch_bills")

    async def billed(self) -> None:
        await self.days_pass()
        await self.fetched()

    async def bill(self, day: date | None = None) -> Any:
        row = await self.payments.svc.service.pool.fetchrow(
            "SELECT * FROM bill WHERE channel = $1 AND payee = 'treasury' AND day = $2",
            self.channel,
            day or self.day,
        )
        assert row is not None
        return row

    async def differences(self, *states: str) -> list[tuple[str, str]]:
        """Kind and entry of those that stand so; open ones unless said."""
        rows = await self.rows(*states)
        return [(row["kind"], row["entry"]) for row in rows]

    async def rows(self, *states: str) -> list[Any]:
        return await self.payments.svc.service.pool.fetch(
            "SELECT * FROM bill_difference WHERE payee = 'treasury' AND day = $1 AND state = ANY($2::text[])"
            " ORDER BY id",
            self.day,
            list(states or ("open",)),
        )

    async def refunded(self) -> None:
        """What is under way goes back."""

        async def done() -> bool:
            async with self.payments.svc.uow() as uow:
                await uow.execute("UPDATE job SET run_at = now() WHERE kind = 'payment.refund'")
            await self.payments.run()
            return "refunded" in (await self.story.seen())[1]

        await self.world.until(done)


@pytest.fixture
async def billing(story: Story) -> Billing:
    return Billing(story)
