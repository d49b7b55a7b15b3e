"""Services that are slow, down, torn or stuck, and callers who hang up. Those who dawdle: `test_slow_callers.py`."""

import asyncio

import pytest
from gateway.proxy.body import Upload
from gateway.proxy.refusals import UpstreamSlow
from gateway.proxy.watch import Rounds, Watch
from gateway_kit.door import Door, door
from gateway_kit.services import Asked, Service, answer

PATIENCE = 0.3


async def never(asked: Asked, writer) -> None:
    await asked.read()
    await asyncio.Event().wait()


def torn(raw: bytes):
    async def script(asked: Asked, writer) -> None:
        await asked.read()
        writer.write(raw)
        await writer.drain()
        writer.close()

    return script


class HangUps:
    """A script that does not answer, and knows when its connection went."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.gone = asyncio.Event()

    async def __call__(self, asked: Asked, writer) -> None:
        await asked.read()
        self.asked.set()
        await asked.reader.read()  # until the gateway closes
        self.gone.set()
        writer.close()


async def problem(gateway: Door, path: str = "/api/cases/1", **options) -> tuple[int, dict, dict]:
    async with gateway.client.request(
        options.pop("method", "GET"), gateway.url + path, **options
    ) as response:
        return response.status, await response.json(content_type="application/problem+json"), response.headers


async def test_silent_service_is_a_504_whose_outcome_is_not_known(tokens):
    async with door(tokens, patience=PATIENCE) as gateway:
        gateway.services["case"].script = never
        status, body, headers = await problem(gateway, method="POST", data=b"{}")
        assert status == 504 and body["type"] == "/problems/service-too-slow"
        assert "Idempotency-Key" in body["detail"] and headers["Retry-After"] == "3"
        assert len(gateway.services["case"].asked) == 1  # a write is not tried again


async def test_problems_are_in_the_readers_language_and_name_the_request(tokens):
    async with door(tokens, patience=PATIENCE) as gateway:
        gateway.services["case"].script = never
        english = {"Accept-Language": "en-GB,en;q=0.9", "X-Request-Id": "ask-me-later"}
        _, body, headers = await problem(gateway, headers=english)
        assert body["title"] == "No answer in time" and headers["Content-Language"] == "en"
        assert body["request_id"] == headers["X-Request-Id"] == "ask-me-later"
        _, body, headers = await problem(gateway)
        assert body["title"] == "服务未及时响应" and headers["Content-Language"] == "zh-CN"


async def test_slow_upload_is_no_silence_of_the_service(tokens):
    async with door(tokens, patience=1) as gateway:

        async def slowly():
            for _ in range(5):
                yield b"x" * 20_000
                await asyncio.sleep(0.3)

        async with gateway.client.post(gateway.url + "/api/cases", data=slowly()) as response:
            assert response.status == 200
        assert len(gateway.services["case"].last.body) == 100_000


async def test_service_that_is_down_is_a_503_with_retry_after(gateway: Door):
    await gateway.services["case"].stop()
    status, body, headers = await problem(gateway, method="POST", data=b"{}")
    assert status == 503 and body["type"] == "/problems/service-unavailable" and headers["Retry-After"] == "3"
    async with gateway.client.get(gateway.url + "/api/catalog/items") as response:
        assert response.status == 200


async def test_service_that_came_back_is_asked_again_at_once(gateway: Door):
    case = gateway.services["case"]
    await problem_free(gateway)
    await case.stop()
    assert (await problem(gateway))[0] == 503
    await case.start()
    await problem_free(gateway)


async def problem_free(gateway: Door) -> None:
    async with gateway.client.get(gateway.url + "/api/cases/1") as response:
        assert response.status == 200


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"HTTP/1.1 20",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this",
        b"not HTTP at all\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
    ],
)
async def test_service_that_breaks_off_before_its_answer_is_a_503(gateway: Door, raw: bytes):
    gateway.services["case"].script = torn(raw)
    status, body, _ = await problem(gateway, method="POST", data=b"{}")
    assert status == 503 and body["type"] == "/problems/service-unavailable"
    assert len(gateway.services["case"].asked) == 1


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + b"x" * 5_000,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nff\r\nhalf a chunk",
    ],
)
async def test_half_an_answer_never_looks_whole(gateway: Door, raw: bytes):
    gateway.services["case"].script = torn(raw)
    async with gateway.wire() as wire:
        await wire.send("GET /api/cases/1 HTTP/1.1\r\nHost: x\r\n\r\n")
        with pytest.raises(asyncio.IncompleteReadError):
            await wire.answer()


async def test_service_that_falls_silent_in_its_answer_is_cut(tokens):
    async def script(asked: Asked, writer) -> None:
        await asked.read()
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
        await asyncio.Event().wait()

    async with door(tokens, patience=PATIENCE) as gateway:
        gateway.services["case"].script = script
        async with gateway.wire() as wire:
            await wire.send("GET /api/cases/1 HTTP/1.1\r\nHost: x\r\n\r\n")
            with pytest.raises(asyncio.IncompleteReadError):
                await wire.answer()


async def test_caller_who_hangs_up_ends_the_request_to_the_service(gateway: Door):
    script = gateway.services["case"].script = HangUps()
    async with asyncio.timeout(10):
        async with gateway.wire() as wire:
            await wire.send("GET /api/cases/1 HTTP/1.1\r\nHost: x\r\n\r\n")
            await script.asked.wait()
        await script.gone.wait()


async def test_caller_who_hangs_up_while_writing_ends_the_request_to_the_service(gateway: Door):
    ended = asyncio.Event()

    async def script(asked: Asked, writer) -> None:
        try:
            await asked.read()
        except asyncio.IncompleteReadError:
            ended.set()
            raise

    gateway.services["case"].script = script
    async with asyncio.timeout(10):
        async with gateway.wire() as wire:
            await wire.send(
                b"POST /api/cases HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\n" + b"x" * 200_000
            )
            while not gateway.asked:
                await asyncio.sleep(0.01)
        await ended.wait()


async def test_caller_who_hangs_up_while_reading_ends_the_request_to_the_service(gateway: Door):
    gone = asyncio.Event()

    async def script(asked: Asked, writer) -> None:
        await asked.read()
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        try:
            while True:
                writer.write(b"400\r\n" + b"x" * 1024 + b"\r\n")
                await writer.drain()
        except OSError:
            gone.set()
            raise

    gateway.services["case"].script = script
    async with asyncio.timeout(10):
        async with gateway.wire() as wire:
            await wire.send("GET /api/cases/1 HTTP/1.1\r\nHost: x\r\n\r\n")
            await wire.reader.readexactly(100_000)
        await gone.wait()


async def test_service_that_stops_taking_the_body_is_a_504(tokens):
    async def script(asked: Asked, writer) -> None:
        asked.reader._transport.pause_reading()
        await asyncio.Event().wait()

    async with door(tokens, patience=PATIENCE) as gateway:
        gateway.services["case"].script = script
        status, _, _ = await problem(gateway, method="POST", data=b"x" * 10_000_000)
        assert status == 504


async def test_one_hanging_service_does_not_hold_up_another(tokens):
    async with door(tokens, upstream_connections=3, connect_timeout=1) as gateway:
        hanging = gateway.services["case"].script = HangUps()
        waiting = [asyncio.create_task(problem(gateway)) for _ in range(3)]
        await hanging.asked.wait()
        while len(gateway.services["case"].asked) < 3:
            await asyncio.sleep(0.01)
        status, _, _ = await problem(gateway)
        assert status == 503  # no connection came free in time, and nothing was sent
        assert len(gateway.services["case"].asked) == 3
        async with gateway.client.get(gateway.url + "/api/catalog/items") as response:
            assert response.status == 200
        for task in waiting:
            task.cancel()


class DropsKeptConnections:
    """Answers the first request of a connection and drops the connection at the next, as a keep-alive race does."""

    def __init__(self) -> None:
        self._seen: set[asyncio.StreamWriter] = set()
        self.dropped = 0

    async def __call__(self, asked: Asked, writer) -> None:
        await asked.read()
        if writer in self._seen:
            self.dropped += 1
            writer.transport.abort()
            return
        self._seen.add(writer)
        writer.write(answer(b"" if asked.method == "HEAD" else b"fresh"))


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
async def test_idempotent_request_on_a_dead_connection_is_repeated_once(gateway: Door, method: str):
    script = gateway.services["case"].script = DropsKeptConnections()
    body = b"{}" if method == "PUT" else None
    for _ in range(2):
        async with gateway.client.request(method, gateway.url + "/api/cases/1", data=body) as response:
            assert response.status == 200
    assert script.dropped == 1 and gateway.services["case"].connections == 2


@pytest.mark.parametrize("method", ["POST", "PATCH"])
async def test_a_write_on_a_dead_connection_is_never_repeated(gateway: Door, method: str):
    script = gateway.services["case"].script = DropsKeptConnections()
    async with gateway.client.request(method, gateway.url + "/api/cases/1", data=b"{}") as response:
        assert response.status == 200
    status, body, _ = await problem(gateway, method=method, data=b"{}")
    assert status == 503 and "Idempotency-Key" in body["detail"]
    assert script.dropped == 1 and gateway.services["case"].connections == 1


async def test_streamed_body_is_never_sent_twice(gateway: Door):
    script = gateway.services["case"].script = DropsKeptConnections()
    async with gateway.client.put(gateway.url + "/api/cases/1", data=b"{}") as response:
        assert response.status == 200
    status, _, _ = await problem(gateway, method="PUT", data=b"x" * 500_000)
    assert status == 503 and script.dropped == 1 and gateway.services["case"].connections == 1


async def test_connection_closed_by_the_service_meanwhile_is_not_used(gateway: Door):
    case: Service = gateway.services["case"]
    await problem_free(gateway)
    case.drop_connections()
    async with gateway.client.post(gateway.url + "/api/catalog/items", data=b"{}"):
        pass  # a round trip elsewhere: the gateway has seen the connection go
    async with gateway.client.post(gateway.url + "/api/cases", data=b"{}") as response:
        assert response.status == 200
    assert case.connections == 2


async def test_connections_to_a_service_are_kept(gateway: Door):
    for _ in range(10):
        await problem_free(gateway)
    assert gateway.services["case"].connections == 1


async def test_request_that_outlasts_a_stop_is_told_so(gateway: Door):
    waits = gateway.services["case"].script = HangUps()
    request = asyncio.create_task(problem(gateway, method="POST", data=b"{}"))
    await waits.asked.wait()
    for task in gateway.server.server_state.tasks:
        task.cancel()  # what the server does when its time for stopping is over
    status, body, headers = await request
    assert status == 503 and "Idempotency-Key" in body["detail"] and headers["Retry-After"]


async def test_error_of_ours_is_a_problem_and_not_a_stack_trace(gateway: Door, monkeypatch):
    monkeypatch.setattr("gateway.proxy.app.target", None)
    status, body, _ = await problem(gateway)
    assert status == 500 and body["type"] == "/problems/internal-error" and "Traceback" not in str(body)


async def test_no_log_line_holds_what_the_caller_sent(gateway: Door, capsys):
    gateway.services["case"].script = torn(b"garbage about 13800138000\r\n\r\n")
    secrets = {"Cookie": "session=c00kie", "X-Api": "s3cret"}
    status, _, _ = await problem(gateway, "/api/cases?name=zhangsan", headers=secrets)
    assert status == 503
    logged = "".join(capsys.readouterr())
    assert "upstream_down" in logged
    assert not [word for word in ("zhangsan", "c00kie", "s3cret", "13800138000") if word in logged]


async def test_service_that_does_not_take_the_last_of_a_body_is_too_slow():
    async def receive():
        return {"type": "http.request", "body": b"x" * 65_537, "more_body": False}

    upload = Upload(receive, 1 << 20, None)
    with pytest.raises(UpstreamSlow), Watch(Rounds(), receive, upload, patience=0.1):
        async with asyncio.timeout(5):
            async for _ in upload:
                await asyncio.Event().wait()


async def test_early_answer_leaves_no_chunk_for_the_service_to_take():
    async def receive():
        return {"type": "http.request", "body": b"x" * 65_537, "more_body": True}

    async def send(upload: Upload) -> None:
        async for _ in upload:
            await asyncio.Event().wait()

    upload = Upload(receive, 1 << 20, None)
    sending = asyncio.create_task(send(upload))
    while upload.offered_at is None:
        await asyncio.sleep(0)
    sending.cancel()
    await asyncio.wait([sending])
    del sending
    async with asyncio.timeout(5):
        while upload.offered_at is not None:
            await asyncio.sleep(0.01)
