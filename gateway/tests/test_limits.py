"""Who comes too fast is told when to come again; who does not is never told so."""

import asyncio
import contextlib
from uuid import uuid4

import pytest
import redis.asyncio as redis
from chassis.testing import Tokens, servers
from gateway.limits.alone import Alone
from gateway.limits.bucket import Bucket
from gateway.routes import Route
from gateway_kit.door import Door, door
from gateway_kit.services import Asked, answer

WIDE = {"ip_rate": 10_000, "ip_burst": 10_000, "caller_rate": 10_000, "caller_burst": 10_000,
        "log_in_rate": 10_000, "log_in_burst": 10_000, "dear_rate": 10_000, "dear_burst": 10_000}  # fmt: skip


@pytest.fixture(autouse=True)
def patient(monkeypatch) -> None:
    """A busy machine must not pass for a Redis that is down."""
    monkeypatch.setattr("gateway.limits.limiter._PATIENCE", 10.0)


@pytest.fixture
async def empty_redis(redis_url: str) -> str:
    async with redis.Redis.from_url(redis_url) as client:
        await client.flushall()
    return redis_url


async def statuses(
    gateway: Door, path: str, count: int, method: str = "GET", data: bytes | None = None, **headers: str
) -> list[int]:
    found = []
    for _ in range(count):
        async with gateway.client.request(method, gateway.url + path, data=data, headers=headers) as response:
            found.append(response.status)
    return found


async def test_caller_over_its_limit_is_told_when_to_come_again(tokens: Tokens, empty_redis: str):
    async with door(
        tokens, redis_url=empty_redis, **WIDE | {"caller_rate": 0.2, "caller_burst": 3}
    ) as gateway:
        alice, bob = (f"Bearer {tokens.citizen(uuid4())}" for _ in range(2))
        assert await statuses(gateway, "/api/cases", 5, Authorization=alice) == [200] * 3 + [429] * 2
        async with gateway.client.get(
            gateway.url + "/api/cases", headers={"Authorization": alice}
        ) as refused:
            assert 1 <= int(refused.headers["Retry-After"]) <= 6
            assert (await refused.json(content_type=None))["type"] == "/problems/too-many-requests"
        assert await statuses(gateway, "/api/cases", 3, Authorization=bob) == [200] * 3
        assert await statuses(gateway, "/api/catalog/items", 9) == [200] * 9
        assert len(gateway.services["case"].asked) == 6


async def test_addresses_are_counted_apart(tokens: Tokens, empty_redis: str):
    limits = WIDE | {"ip_rate": 0.1, "ip_burst": 2, "trusted_proxies": "127.0.0.1"}
    async with door(tokens, redis_url=empty_redis, **limits) as gateway:
        for address in ("203.0.113.1", "203.0.113.2", "2001:db8:0:1::1"):
            got = await statuses(gateway, "/api/catalog/items", 3, **{"X-Forwarded-For": address})
            assert got == [200, 200, 429], address
        # A household has as many IPv6 addresses as it likes.
        assert await statuses(gateway, "/api/catalog/items", 1, **{"X-Forwarded-For": "2001:db8:0:1::2"}) == [
            429
        ]
        assert await statuses(gateway, "/api/catalog/items", 1, **{"X-Forwarded-For": "2001:db8:0:2::1"}) == [
            200
        ]


async def test_claimed_address_does_not_evade_the_limit(tokens: Tokens, empty_redis: str):
    async with door(tokens, redis_url=empty_redis, **WIDE | {"ip_rate": 0.1, "ip_burst": 2}) as gateway:
        got = [
            (await statuses(gateway, "/api/catalog/items", 1, **{"X-Forwarded-For": f"203.0.113.{n}"}))[0]
            for n in range(4)
        ]
        assert got == [200, 200, 429, 429]


async def test_forged_tokens_are_counted_before_they_are_checked(tokens: Tokens, empty_redis: str):
    async with door(tokens, redis_url=empty_redis, **WIDE | {"ip_rate": 0.1, "ip_burst": 2}) as gateway:
        assert await statuses(gateway, "/api/cases", 4, Authorization="Bearer x") == [401, 401, 429, 429]


async def test_logging_in_has_a_limit_of_its_own(tokens: Tokens, empty_redis: str):
    async with door(
        tokens, redis_url=empty_redis, **WIDE | {"log_in_rate": 0.1, "log_in_burst": 2}
    ) as gateway:
        assert await statuses(gateway, "/api/identity/sessions", 2) == [200, 200]
        assert await statuses(gateway, "/api/identity/codes", 1) == [429]
        assert await statuses(gateway, "/api/identity/me", 5) == [200] * 5


async def test_webhooks_are_never_turned_away(tokens: Tokens, empty_redis: str):
    limits = {name: 1 for name in WIDE}
    async with door(tokens, redis_url=empty_redis, **limits) as gateway:
        assert await statuses(gateway, "/webhooks/payments/bank/treasury", 20) == [200] * 20


async def test_our_own_pages_count_and_health_does_not(tokens: Tokens, empty_redis: str):
    async with door(tokens, redis_url=empty_redis, **WIDE | {"ip_rate": 0.1, "ip_burst": 2}) as gateway:
        assert await statuses(gateway, "/docs", 3) == [200, 200, 429]
        for path in ("/healthz", "/readyz", "/metrics"):
            assert await statuses(gateway, path, 3) == [200] * 3


async def test_requests_at_the_same_moment_share_what_is_leased(tokens: Tokens, empty_redis: str):
    """Each of them asks Redis for a block; together they must not use up more than they are."""
    async with door(
        tokens, redis_url=empty_redis, **WIDE | {"caller_rate": 100, "caller_burst": 200}
    ) as gateway:
        token = f"Bearer {tokens.citizen(uuid4())}"
        got = await asyncio.gather(
            *(statuses(gateway, "/api/cases", 1, Authorization=token) for _ in range(40))
        )
        assert got == [[200]] * 40


async def test_limit_is_one_for_all_gateways(empty_redis: str):
    async with redis.Redis.from_url(empty_redis) as client:
        buckets = [Bucket(client, "shared", rate=0.1, burst=5) for _ in range(3)]
        waits = [await bucket.take("someone") for _ in range(3) for bucket in buckets]
    assert waits[:5] == [0] * 5 and all(0 < wait <= 10 for wait in waits[5:])


async def test_bucket_fills_up_again(empty_redis: str):
    async with redis.Redis.from_url(empty_redis) as client:
        bucket = Bucket(client, "refill", rate=50, burst=1)
        assert await bucket.take("someone") == 0
        wait = await bucket.take("someone")
        assert 0 < wait <= 0.02
        async with asyncio.timeout(5):
            while await bucket.take("someone") > 0:
                await asyncio.sleep(wait)


async def test_counters_forget_who_does_not_come_again(empty_redis: str):
    async with redis.Redis.from_url(empty_redis) as client:
        await Bucket(client, "short", rate=10, burst=20).take("someone")
        assert 0 < await client.ttl("limit:short:someone") <= 3


async def test_reads_pass_and_all_else_is_counted_here_when_redis_goes_down(tokens: Tokens):
    limits = WIDE | {f"{name}_{what}": value for name in ("caller", "log_in", "dear")
                     for what, value in (("rate", 0.1), ("burst", 2))}  # fmt: skip
    with servers.redis() as url:
        async with door(tokens, redis_url=url, **limits) as gateway:
            alice, bob = (f"Bearer {tokens.citizen(uuid4())}" for _ in range(2))
            assert await statuses(gateway, "/api/cases", 3, Authorization=alice) == [200, 200, 429]
            await _shut_down(url)
            assert await statuses(gateway, "/api/cases", 9, Authorization=bob) == [200] * 9
            once_more = [200, 200, 429]
            assert await statuses(gateway, "/api/cases", 3, "POST", b"{}", Authorization=bob) == once_more
            assert await statuses(gateway, "/api/identity/sessions", 3, "POST", b"{}") == once_more
            assert await statuses(gateway, "/api/identity/codes", 1, "POST", b"{}") == [429]
            assert await statuses(gateway, "/api/cases", 3, "POST", b"x" * 100_000) == once_more


def test_bucket_of_one_process_fills_up_again_and_no_further(monkeypatch):
    moment = 1_000.0
    monkeypatch.setattr("gateway.limits.alone.time.monotonic", lambda: moment)
    bucket = Alone(rate=2, burst=3)
    assert [bucket.take("one") for _ in range(4)] == [0, 0, 0, 0.5]
    assert bucket.take("other") == 0
    moment += 0.5
    assert [bucket.take("one") for _ in range(2)] == [0, 0.5]
    moment += 60
    assert [bucket.take("one") for _ in range(4)] == [0, 0, 0, 0.5]


async def _shut_down(url: str) -> None:
    async with redis.Redis.from_url(url) as client:
        with contextlib.suppress(redis.ConnectionError):
            await client.execute_command("SHUTDOWN", "NOSAVE")


async def test_limits_count_again_when_redis_is_back(tokens: Tokens, empty_redis: str, monkeypatch):
    monkeypatch.setattr("gateway.limits.limiter._PATIENCE", 0.2)
    monkeypatch.setattr("gateway.limits.limiter._AWAY_SECONDS", 0.05)
    async with (
        door(tokens, redis_url=empty_redis, **WIDE | {"ip_rate": 0.1, "ip_burst": 2}) as gateway,
        redis.Redis.from_url(empty_redis) as client,
    ):
        await client.client_pause(400)
        assert await statuses(gateway, "/api/catalog/items", 1) == [200]
        async with asyncio.timeout(10):
            while await statuses(gateway, "/api/catalog/items", 1) != [429]:
                await asyncio.sleep(0.05)


async def test_without_redis_there_are_no_limits(tokens: Tokens):
    async with door(tokens, redis_url=None, **{name: 1 for name in WIDE}) as gateway:
        assert await statuses(gateway, "/api/catalog/items", 9) == [200] * 9


async def test_redis_that_is_silent_holds_nobody_up(tokens: Tokens, monkeypatch):
    monkeypatch.setattr("gateway.limits.limiter._PATIENCE", 0.2)

    async def silent(reader, writer) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    url = f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server, door(tokens, redis_url=url, **WIDE) as gateway:
        async with asyncio.timeout(5):
            assert await statuses(gateway, "/api/catalog/items", 30) == [200] * 30


async def limit_of(gateway: Door, path: str, method: str = "GET", data: bytes | None = None, **headers: str):
    async with gateway.client.request(method, gateway.url + path, data=data, headers=headers) as response:
        found = response.headers
    return found.getall("RateLimit-Policy", []), found.getall("RateLimit", [])


async def test_answers_say_what_is_left_of_the_limit_that_counts(tokens: Tokens, empty_redis: str):
    limits = {"ip_rate": 1_000, "ip_burst": 2_000, "caller_rate": 0.5, "caller_burst": 3, "log_in_rate": 0.1,
              "log_in_burst": 5, "dear_rate": 0.1, "dear_burst": 6}  # fmt: skip
    async with door(tokens, redis_url=empty_redis, **limits) as gateway:
        alice = {"Authorization": f"Bearer {tokens.citizen(uuid4())}"}
        policy = ['"caller";q=3;w=6']
        assert await limit_of(gateway, "/api/cases", **alice) == (policy, ['"caller";r=2;t=2'])
        assert await limit_of(gateway, "/api/cases", **alice) == (policy, ['"caller";r=1;t=4'])
        assert await limit_of(gateway, "/api/cases", **alice) == (policy, ['"caller";r=0;t=6'])
        assert await limit_of(gateway, "/api/cases", **alice) == (policy, ['"caller";r=0;t=2'])  # refused
        assert await limit_of(gateway, "/api/identity/codes", "POST", b"{}") == (
            ['"log-in";q=5;w=50'], ['"log-in";r=4;t=10'],
        )  # fmt: skip
        assert await limit_of(gateway, "/api/cases", "POST", b"x" * 100_000) == (
            ['"dear";q=6;w=60'], ['"dear";r=5;t=10'],
        )  # fmt: skip
        policies, left = await limit_of(gateway, "/api/catalog/items")
        assert policies == ['"address";q=2000;w=2'] and left[0].startswith('"address";r=19')
        assert await limit_of(gateway, "/webhooks/payments/bank/treasury", "POST", b"{}") == ([], [])


async def test_large_uploads_have_a_limit_of_their_own(tokens: Tokens, empty_redis: str):
    async with door(tokens, redis_url=empty_redis, **WIDE | {"dear_rate": 0.1, "dear_burst": 2}) as gateway:
        alice, bob = (f"Bearer {tokens.citizen(uuid4())}" for _ in range(2))
        photo, small = b"x" * 100_000, b"x" * 1_000
        assert await statuses(gateway, "/api/cases", 3, "POST", photo, Authorization=alice) == [200, 200, 429]
        assert await statuses(gateway, "/api/cases", 9, "POST", small, Authorization=alice) == [200] * 9
        assert await statuses(gateway, "/api/cases", 2, "POST", photo, Authorization=bob) == [200] * 2
        assert len(gateway.services["case"].asked) == 13


async def test_dear_routes_have_it_too(tokens: Tokens, empty_redis: str):
    routes = (Route("/api/cases", "case"), Route("/api/cases/export", "case", dear=True))
    limits = WIDE | {"dear_rate": 0.1, "dear_burst": 2}
    async with door(tokens, routes=routes, redis_url=empty_redis, **limits) as gateway:
        alice = f"Bearer {tokens.citizen(uuid4())}"
        assert await statuses(gateway, "/api/cases/export", 3, Authorization=alice) == [200, 200, 429]
        assert await statuses(gateway, "/api/cases/1", 3, Authorization=alice) == [200] * 3


async def test_one_caller_has_so_many_uploads_under_way_and_others_their_own(tokens: Tokens):
    under_way = asyncio.Semaphore(0)
    go_on = asyncio.Event()

    async def script(asked: Asked, writer) -> None:
        under_way.release()
        await go_on.wait()
        await asked.read()
        writer.write(answer())

    async with door(tokens, uploads_at_once=2) as gateway:
        gateway.services["case"].script = script
        alice, bob = (f"Bearer {tokens.citizen(uuid4())}" for _ in range(2))

        def upload(whose: str) -> asyncio.Task[list[int]]:
            return asyncio.create_task(
                statuses(gateway, "/api/cases", 1, "POST", b"x" * 100_000, Authorization=whose)
            )

        held = [upload(alice), upload(alice)]
        for _ in held:
            await under_way.acquire()
        assert await upload(alice) == [429]
        held.append(upload(bob))
        await under_way.acquire()
        go_on.set()
        assert await asyncio.gather(*held) == [[200]] * 3
        assert await upload(alice) == [200]
