"""Connections: kept, limited, waited for, replaced."""

import asyncio
import datetime
import ipaddress
import ssl
from pathlib import Path

import pytest
from chassis.http_client import ConnectFailed, ConnectTimedOut, Dropped, NoneFree, Pool, Silent
from chassis.testing.servers import free_port
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from raw_server import OK, Script, Wire, answers, get, pooled, serving, until


async def test_connections_are_kept_and_the_last_one_is_used_first():
    async with serving(answers(OK)) as server, pooled(server.url) as pool:
        await asyncio.gather(*(get(pool) for _ in range(3)))
        assert server.connections == 3
        for _ in range(10):
            await get(pool)
        assert server.connections == 3


async def test_connection_that_was_idle_too_long_is_not_used(monkeypatch):
    async with serving(answers(OK)) as server, pooled(server.url) as pool:
        await get(pool)
        monkeypatch.setattr("chassis.http_client.pool._IDLE_SECONDS", -1.0)
        await get(pool)
        assert server.connections == 2
        await until(lambda: server.ended == 1)


@pytest.mark.parametrize("unasked", [b"", b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nbad", b"x"])
async def test_connection_that_spoke_or_ended_while_idle_is_not_used(unasked: bytes):
    speak = asyncio.Event()

    async def script(wire: Wire) -> None:
        await wire.head()
        await wire.send(OK)
        if server.connections == 1:
            await speak.wait()
            await wire.send(unasked)
            if not unasked:
                wire.writer.write_eof()
        await wire.closed()

    async with serving(script) as server, pooled(server.url) as pool:
        await get(pool)
        speak.set()
        await until(lambda: server.ended == 1)
        assert (await get(pool)).body == b"ok"
        assert server.connections == 2


@pytest.mark.parametrize("excess", [b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nbad", b"HTTP/1.1 20", b"x"])
async def test_what_comes_behind_an_answer_is_never_anothers(excess: bytes):
    async with serving(answers(OK + excess)) as server, pooled(server.url) as pool:
        for _ in range(2):
            assert (await get(pool)).body == b"ok"
        assert server.connections == 2


def drops_from(number: int) -> Script:
    """Answers on each connection, but from its `number`th request on drops it: what a keep-alive race looks like."""

    async def script(wire: Wire) -> None:
        for _ in range(number - 1):
            await wire.head()
            await wire.send(OK)
        await wire.head()
        wire.reset()

    return script


@pytest.mark.parametrize("method", [b"GET", b"OPTIONS", b"PUT", b"DELETE"])
async def test_repeatable_request_on_a_dead_connection_is_sent_again(method: bytes):
    async with serving(drops_from(2)) as server, pooled(server.url, connections=1) as pool:
        for _ in range(2):
            body = b"{}" if method == b"PUT" else None
            assert (await pool.request(method, b"/", [], body, silence=5)).body == b"ok"
        assert server.connections == 2


@pytest.mark.parametrize("method", [b"POST", b"PATCH"])
async def test_write_on_a_dead_connection_is_not_sent_again(method: bytes):
    async with serving(drops_from(2)) as server, pooled(server.url) as pool:
        await get(pool)
        with pytest.raises(Dropped):
            await pool.request(method, b"/", [], b"{}", silence=5)
        assert server.connections == 1


async def test_stream_is_not_sent_again():
    async def body():
        yield b"{}"

    async with serving(drops_from(2)) as server, pooled(server.url) as pool:
        await get(pool)
        with pytest.raises(Dropped):
            await pool.request(b"PUT", b"/", [], body(), length=2, silence=5)
        assert server.connections == 1


async def test_fresh_connection_that_dies_is_not_replaced():
    async with serving(drops_from(1)) as server, pooled(server.url) as pool:
        with pytest.raises(Dropped):
            await get(pool)
        assert server.connections == 1


async def test_silence_is_no_reason_to_ask_again():
    async def script(wire: Wire) -> None:
        await wire.head()
        await wire.send(OK)
        await wire.closed()

    async with serving(script) as server, pooled(server.url) as pool:
        await get(pool)
        with pytest.raises(Silent):
            await get(pool, silence=0.1)
        assert server.connections == 1


class Gate:
    """Answers a request when the test says so."""

    def __init__(self) -> None:
        self.asked: list[bytes] = []
        self.go = asyncio.Semaphore(0)

    async def __call__(self, wire: Wire) -> None:
        while True:
            self.asked.append((await wire.head()).split()[1])
            await self.go.acquire()
            await wire.send(OK)


async def test_who_finds_no_connection_free_waits_in_turn():
    gate = Gate()
    async with serving(gate) as server, pooled(server.url, connections=1) as pool:
        requests = [asyncio.create_task(get(pool, b"/%d" % number)) for number in range(4)]
        for number in range(4):
            await until(lambda number=number: len(gate.asked) == number + 1)
            gate.go.release()
        await asyncio.gather(*requests)
        assert gate.asked == [b"/0", b"/1", b"/2", b"/3"] and server.connections == 1


async def test_wait_for_a_connection_is_bounded():
    gate = Gate()
    async with serving(gate) as server, pooled(server.url, connections=1, connect_timeout=0.1) as pool:
        first = asyncio.create_task(get(pool))
        await until(lambda: len(gate.asked) == 1)
        with pytest.raises(NoneFree):
            await get(pool)
        gate.go.release()
        await first
        gate.go.release()
        assert (await get(pool)).status == 200 and server.connections == 1


async def test_who_gives_up_waiting_takes_nobodys_turn():
    gate = Gate()
    async with serving(gate) as server, pooled(server.url, connections=1) as pool:
        first, second, third = (asyncio.create_task(get(pool, b"/%d" % number)) for number in range(3))
        await until(lambda: len(gate.asked) == 1)
        gate.go.release()
        await first  # its connection is the second's, who has not woken
        second.cancel()
        gate.go.release()
        gate.go.release()
        await third
        await asyncio.gather(second, return_exceptions=True)
        assert (await asyncio.gather(get(pool), get_released(gate, pool)))[1].status == 200
        assert server.connections <= 2


async def get_released(gate: Gate, pool: Pool):
    gate.go.release()
    gate.go.release()
    return await get(pool)


async def test_place_of_a_connection_that_died_goes_to_who_waits():
    async with serving(drops_from(1)) as server, pooled(server.url, connections=1) as pool:
        outcomes = await asyncio.gather(*(get(pool) for _ in range(3)), return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [Dropped] * 3 and server.connections == 3


async def test_nobody_there_is_told_from_nobody_answering():
    async with pooled(f"http://127.0.0.1:{free_port()}", connections=1) as pool:
        for _ in range(3):  # no place is lost
            with pytest.raises(ConnectFailed) as failed:
                await get(pool)
            assert not isinstance(failed.value, ConnectTimedOut)


@pytest.mark.parametrize("url", ["127.0.0.1:80", "ftp://x", "http://", "/x"])
def test_address_that_is_none_is_refused(url: str):
    with pytest.raises(ValueError):
        Pool(url, connections=1, connect_timeout=1)


async def test_https_is_spoken_to_who_is_trusted(tmp_path: Path, monkeypatch):
    certificate = self_signed(tmp_path)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate)
    async with serving(answers(OK), tls) as server:
        async with pooled(server.url) as pool:
            with pytest.raises(ConnectFailed):
                await get(pool)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        async with pooled(server.url) as pool:
            for _ in range(2):
                assert (await get(pool)).body == b"ok"


def self_signed(folder: Path) -> Path:
    """A certificate for 127.0.0.1 and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    day = datetime.timedelta(days=1)
    moment = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(moment - day)
        .not_valid_after(moment + day)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return file
