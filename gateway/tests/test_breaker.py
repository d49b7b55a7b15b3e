"""Who fails several times in a row is left alone; callers' faults are nobody's failure."""

import asyncio
from dataclasses import dataclass, field

import pytest
from gateway.instances.breaker import Breaker, State
from gateway_kit.door import Door, door
from gateway_kit.services import Asked, answer, says

SOON = 0.05
LATE = 3600.0


@dataclass
class Watched:
    """A breaker and what it became."""

    open_seconds: float
    became: list[State] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.breaker = Breaker(failures=3, open_seconds=self.open_seconds, on_change=self.became.append)

    def fail(self, times: int) -> None:
        for _ in range(times):
            self.breaker.failed(self.breaker.term)


async def admitted(breaker: Breaker) -> None:
    async with asyncio.timeout(10):
        while not breaker.admit():
            await asyncio.sleep(0.005)


def test_failures_in_a_row_open_it_and_a_success_begins_a_new_row():
    watched = Watched(LATE)
    watched.fail(2)
    watched.breaker.succeeded(watched.breaker.term)
    watched.fail(2)
    assert watched.breaker.state is State.CLOSED and watched.breaker.admit()
    watched.fail(1)
    assert watched.became == [State.OPEN]
    assert not watched.breaker.admit() and LATE - 60 < watched.breaker.wait() <= LATE


async def test_one_trial_closes_it_again():
    watched = Watched(SOON)
    watched.fail(3)
    await admitted(watched.breaker)
    assert not watched.breaker.admit()  # one at a time
    watched.breaker.succeeded(watched.breaker.term)
    assert watched.became == [State.OPEN, State.HALF_OPEN, State.CLOSED] and watched.breaker.admit()


async def test_failed_trial_opens_it_for_as_long_again():
    watched = Watched(SOON)
    watched.fail(3)
    await admitted(watched.breaker)
    watched.fail(1)
    assert watched.became == [State.OPEN, State.HALF_OPEN, State.OPEN] and watched.breaker.wait() > 0
    await admitted(watched.breaker)


def test_trial_that_decides_nothing_makes_room_for_another():
    watched = Watched(LATE)
    watched.fail(3)
    watched.breaker.rouse()
    assert watched.breaker.admit() and not watched.breaker.admit()
    watched.breaker.undecided(watched.breaker.term)
    assert watched.breaker.admit()


async def test_trial_of_which_nothing_is_heard_makes_room_for_another():
    watched = Watched(SOON)
    watched.fail(3)
    await admitted(watched.breaker)
    await admitted(watched.breaker)


def test_what_began_before_it_changed_says_nothing_of_the_present():
    watched = Watched(LATE)
    before = watched.breaker.term
    watched.fail(3)
    watched.breaker.rouse()
    assert watched.breaker.admit()
    watched.breaker.failed(before)
    watched.breaker.undecided(before)
    watched.breaker.succeeded(before)
    assert watched.breaker.state is State.HALF_OPEN and not watched.breaker.admit()


# At the door.


async def ask(gateway: Door, method: str = "GET", **options) -> tuple[int, str, int]:
    """Status, the problem's detail, and Retry-After in seconds."""
    async with gateway.client.request(method, gateway.url + "/api/cases/1", **options) as response:
        body = await response.json(content_type=None)
        return response.status, body.get("detail", ""), int(response.headers.get("Retry-After", 0))


async def until_status(gateway: Door, status: int) -> None:
    async with asyncio.timeout(20):
        while (await ask(gateway))[0] != status:
            await asyncio.sleep(0.02)


async def metric(gateway: Door, name: str) -> float:
    async with gateway.client.get(gateway.url + "/metrics") as response:
        lines = (await response.text()).splitlines()
    # By service too: in an earlier test of this process the port may have been another one's.
    labels = (f'instance="127.0.0.1:{gateway.services["case"].port}"', 'service="case"')
    return next(
        float(line.split()[-1])
        for line in lines
        if line.startswith(name + "{") and all(label in line for label in labels)
    )


async def test_open_circuit_answers_at_once_and_says_when_to_come_again(tokens):
    async with door(tokens, breaker_failures=3, breaker_open_seconds=600) as gateway:
        await gateway.services["case"].stop()
        for _ in range(3):
            assert (await ask(gateway, "POST", data=b"{}"))[2] == 3
        assert await metric(gateway, "gateway_circuit_state") == 2
        status, detail, wait = await ask(gateway, "POST", data=b"{}", headers={"Accept-Language": "en"})
        assert status == 503 and "nothing was passed on" in detail and 500 < wait <= 600
        async with gateway.client.get(gateway.url + "/api/catalog/items") as response:
            assert response.status == 200


async def test_service_that_is_back_is_asked_without_waiting_for_the_end(tokens):
    """Its health is checked meanwhile, and that ends the rest early."""
    async with door(tokens, breaker_failures=1, breaker_open_seconds=600, health_seconds=0.05) as gateway:
        await gateway.services["case"].stop()
        assert (await ask(gateway))[0] == 503 and (await ask(gateway))[2] > 500
        await gateway.services["case"].start()
        await until_status(gateway, 200)
        assert await metric(gateway, "gateway_circuit_state") == 0
        assert await metric(gateway, "gateway_circuit_opened_total") >= 1


async def test_silent_service_gets_one_request_at_a_time_until_it_speaks(tokens):
    async with door(
        tokens, patience=0.2, breaker_failures=1, breaker_open_seconds=600, health_seconds=0.05
    ) as gateway:
        case = gateway.services["case"]
        quiet = asyncio.Event()

        async def script(asked: Asked, writer) -> None:
            await asked.read()
            await quiet.wait()
            writer.write(answer())

        case.script = script
        assert (await ask(gateway))[0] == 504
        async with asyncio.timeout(20):
            while len(case.asked) < 3:  # checks pass, and trials fail
                got = [status for status, _, _ in await asyncio.gather(*(ask(gateway) for _ in range(5)))]
                assert got.count(504) <= 1 and set(got) <= {503, 504}
        quiet.set()
        await until_status(gateway, 200)


async def test_trial_whose_caller_hangs_up_keeps_nobody_out(tokens):
    async with door(tokens, breaker_failures=1, breaker_open_seconds=600, health_seconds=0.05) as gateway:
        case = gateway.services["case"]
        await case.stop()
        assert (await ask(gateway))[0] == 503
        reached = asyncio.Event()

        async def script(asked: Asked, writer) -> None:
            await asked.read()
            reached.set()
            await asked.reader.read()  # until the gateway gives up
            writer.close()

        case.script = script
        await case.start()
        async with asyncio.timeout(20):
            while not reached.is_set():
                async with gateway.wire() as wire:
                    await wire.send("GET /api/cases/1 HTTP/1.1\r\nHost: x\r\n\r\n")
                    trying = asyncio.create_task(wire.answer())
                    await asyncio.wait(
                        [trying, asyncio.create_task(reached.wait())], return_when="FIRST_COMPLETED"
                    )
                    trying.cancel()
        case.script = says(answer())
        await until_status(gateway, 200)


@pytest.mark.parametrize(
    "status", ["400 Bad Request", "401 No", "409 Conflict", "429 Slow", "500 Oops", "503 Resting"]
)
async def test_answers_never_open_it_whatever_they_say(tokens, status: str):
    async with door(tokens, breaker_failures=1, breaker_open_seconds=600) as gateway:
        case = gateway.services["case"]
        case.script = says(answer(b'{"detail":"mine"}', status))
        for _ in range(3):
            assert (await ask(gateway))[:2] == (int(status[:3]), "mine")
        assert len(case.asked) == 3


async def test_faults_of_callers_never_open_it(tokens, monkeypatch):
    monkeypatch.setattr("gateway.proxy.body._SILENCE", 0.1)
    async with door(tokens, breaker_failures=1, breaker_open_seconds=600, connect_timeout=0.3,
                    upstream_connections=2) as gateway:  # fmt: skip
        gateway.services["case"].pages["/readyz"] = answer(
            b"{}", "503 Service Unavailable"
        )  # it would stay open
        post = "POST /api/cases HTTP/1.1\r\nHost: x\r\n"
        async with gateway.wire() as wire:  # too slow, in the middle of a body that is already under way
            await wire.send(post + "Content-Length: 100000\r\n\r\n" + "x" * 70_000)
            assert (await wire.answer()).status == 408
        async with gateway.wire() as wire:  # too large, in the middle
            chunk = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
            await wire.send(post.encode() + b"Transfer-Encoding: chunked\r\n\r\n" + chunk * 12)
            assert (await wire.answer()).status == 413
        hold = asyncio.Event()

        async def script(asked: Asked, writer) -> None:
            await asked.read()
            await hold.wait()
            writer.write(answer())

        gateway.services["case"].script = script
        held = [asyncio.create_task(ask(gateway)) for _ in range(2)]
        async with asyncio.timeout(10):
            while len([asked for asked in gateway.services["case"].asked if asked.ended]) < 2:
                await asyncio.sleep(0.01)
        assert (await ask(gateway))[2] == 3  # no connection free
        for gone in held:
            gone.cancel()
        await asyncio.gather(*held, return_exceptions=True)
        hold.set()
        await until_status(gateway, 200)
        assert await metric(gateway, "gateway_circuit_state") == 0
