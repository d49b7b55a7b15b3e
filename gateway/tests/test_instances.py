"""Several instances of a service: all are used, and one that dies loses nothing that may be asked elsewhere."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from gateway.settings import GatewaySettings
from gateway_kit.door import Door, door
from gateway_kit.services import Asked, Service, answer, says
from pydantic import ValidationError

URLS = ("identity", "catalog", "case", "payment", "courier", "evaluation")


@pytest.fixture
async def sibling() -> AsyncIterator[Service]:
    service = Service()
    await service.start()
    yield service
    await service.stop()


async def statuses(gateway: Door, count: int, method: str = "GET", **options) -> list[int]:
    got = []
    for _ in range(count):
        async with gateway.client.request(method, gateway.url + "/api/cases/1", **options) as response:
            got.append(response.status)
    return got


async def test_instances_take_turns(tokens, sibling: Service):
    async with door(tokens, siblings=[sibling]) as gateway:
        assert await statuses(gateway, 10) == [200] * 10
        assert len(gateway.services["case"].asked) == len(sibling.asked) == 5


async def test_busy_instance_is_spared(tokens, sibling: Service):
    go_on = asyncio.Event()

    async def slow(asked: Asked, writer) -> None:
        await asked.read()
        await go_on.wait()
        writer.write(answer())

    async with door(tokens, siblings=[sibling]) as gateway:
        gateway.services["case"].script = slow
        waiting = asyncio.create_task(statuses(gateway, 2))
        async with asyncio.timeout(10):
            while not gateway.services["case"].asked:
                await asyncio.sleep(0.01)
        assert await statuses(gateway, 6) == [200] * 6
        assert len(gateway.services["case"].asked) == 1
        go_on.set()
        assert await waiting == [200, 200]


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
async def test_request_to_a_dead_instance_goes_to_another(tokens, sibling: Service, method: str):
    async with door(tokens, siblings=[sibling]) as gateway:
        await gateway.services["case"].stop()
        body = None if method in ("GET", "DELETE") else b'{"once":1}'
        assert await statuses(gateway, 10, method, data=body) == [200] * 10
        assert [bytes(asked.body) for asked in sibling.asked] == [body or b""] * 10


async def test_upload_of_which_nothing_was_sent_goes_to_another(tokens, sibling: Service):
    async with door(tokens, siblings=[sibling]) as gateway:
        await gateway.services["case"].stop()
        photo = bytes(range(256)) * 8_000
        assert await statuses(gateway, 2, "POST", data=photo) == [200, 200]
        assert [asked.body for asked in sibling.asked] == [photo, photo]


class Dies:
    """A script that takes a request and dies of it: connections are cut, the port is closed."""

    def __init__(self, service: Service, said: bytes = b"") -> None:
        self._service = service
        self._said = said
        self.bodies: list[bytes] = []

    async def __call__(self, asked: Asked, writer) -> None:
        self.bodies.append(await asked.read())
        writer.write(self._said)
        await writer.drain()
        writer.close()
        await self._service.stop()


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200 OK\r\nContent-Le"], ids=["no byte", "half a head"])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_what_may_be_repeated_survives_the_death_of_its_instance(
    tokens, sibling: Service, method: str, said: bytes
):
    async with door(tokens, siblings=[sibling]) as gateway:
        sibling.script = dying = Dies(sibling, said)
        assert await statuses(gateway, 6, method, data=b"{}" if method == "PUT" else None) == [200] * 6
        assert len(dying.bodies) == 1 and len(gateway.services["case"].asked) == 6


@pytest.mark.parametrize("method", ["POST", "PATCH"])
async def test_write_that_may_have_arrived_is_not_sent_again(tokens, sibling: Service, method: str):
    async with door(tokens, siblings=[sibling]) as gateway:
        sibling.script = dying = Dies(sibling)
        got = await statuses(gateway, 6, method, data=b"{}")
        assert sorted(got) == [200] * 5 + [503] and len(dying.bodies) == 1
        assert len(gateway.services["case"].asked) == 5


async def test_upload_that_was_begun_is_not_sent_again(tokens, sibling: Service):
    async with door(tokens, siblings=[sibling]) as gateway:
        sibling.script = dying = Dies(sibling)
        got = await statuses(gateway, 4, "PUT", data=b"x" * 300_000)
        assert sorted(got) == [200] * 3 + [503] and len(dying.bodies) == 1


async def test_request_that_kills_does_so_twice_at_most(tokens, sibling: Service):
    third = Service()
    await third.start()
    async with door(tokens, siblings=[sibling, third]) as gateway:
        everyone = (gateway.services["case"], sibling, third)
        deaths = [Dies(service) for service in everyone]
        for service, death in zip(everyone, deaths, strict=True):
            service.script = death
        assert await statuses(gateway, 1) == [503]
        assert sum(len(death.bodies) for death in deaths) == 2
    await third.stop()


async def test_unfit_instance_is_left_out_until_it_is_fit(tokens, sibling: Service):
    async with door(tokens, siblings=[sibling], health_seconds=0.02) as gateway:
        sibling.pages["/readyz"] = answer(b"{}", "503 Service Unavailable")
        await _until(gateway, sibling, asked=False)
        sibling.pages["/readyz"] = answer()
        await _until(gateway, sibling, asked=True)


async def _until(gateway: Door, instance: Service, *, asked: bool) -> None:
    async with asyncio.timeout(20):
        while True:
            instance.asked.clear()
            assert await statuses(gateway, 4) == [200] * 4
            if bool(instance.asked) is asked:
                return


async def test_where_none_is_fit_they_are_asked_nevertheless(tokens, sibling: Service):
    """They say better what is wrong than we could."""
    async with door(tokens, siblings=[sibling], health_seconds=0.02) as gateway:
        for service in (sibling, gateway.services["case"]):
            service.pages["/readyz"] = answer(b"{}", "503 Service Unavailable")
            service.script = says(answer(b"{}", "503 Service Unavailable", "x-said-by: the-service"))
        async with asyncio.timeout(20):
            while _line("instance_ready", sibling, 0) not in await _metrics(gateway):
                await asyncio.sleep(0.02)
        async with gateway.client.get(gateway.url + "/api/cases/1") as response:
            assert response.status == 503 and response.headers["x-said-by"] == "the-service"


def _line(metric: str, instance: Service, value: float) -> str:
    return f'gateway_{metric}{{instance="127.0.0.1:{instance.port}",service="case"}} {value:.1f}'


async def _metrics(gateway: Door) -> str:
    async with gateway.client.get(gateway.url + "/metrics") as response:
        return await response.text()


async def test_instance_that_fails_is_left_alone_and_costs_no_write(tokens, sibling: Service):
    async with door(
        tokens, siblings=[sibling], breaker_failures=2, breaker_open_seconds=600, health_seconds=600
    ) as gateway:
        await sibling.stop()
        assert await statuses(gateway, 10, "POST", data=b"{}") == [200] * 10
        assert _line("circuit_state", sibling, 2) in await _metrics(gateway)
        await sibling.start()
        assert await statuses(gateway, 4, "POST", data=b"{}") == [200] * 4 and not sibling.asked


async def test_keys_come_from_whichever_instance_of_identity_answers(tokens):
    dead = Service()
    await dead.start()
    await dead.stop()
    async with door(tokens) as helper:
        identity = helper.services["identity"].url
        async with door(tokens, identity_url=f"http://127.0.0.1:{dead.port},{identity}") as gateway:
            for _ in range(2):
                headers = {"Authorization": f"Bearer {tokens.operator()}"}
                assert await statuses(gateway, 1, headers=headers) == [200]


@pytest.mark.parametrize(
    "value",
    ["", "nonsense", "http://a:1,", "http://a:1,http://a:1", "http://a:1/path", "http://a:port", "ftp://a"],
)
def test_addresses_that_are_none_are_named(value: str):
    with pytest.raises(ValidationError):
        GatewaySettings(**{f"{name}_url": "http://ok:1" for name in URLS} | {"case_url": value})


def test_addresses_are_kept_as_they_are():
    urls = {f"{name}_url": "http://ok:1" for name in URLS}
    settings = GatewaySettings(**urls | {"case_url": "http://a:1/, https://[::1]:2"})
    assert settings.instances["case"] == ["http://a:1", "https://[::1]:2"]
