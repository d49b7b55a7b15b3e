"""The program: its keys, its refusals to start, and its books after a kill."""

import asyncio
import os
import signal
import socket
import stat
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest
from partners.__main__ import main
from partners.keys import KEYS_OF_32, PAIRS, RSA_PAIRS, SECRETS, SM4_KEYS, KeyRing, generate

from .customers import SfCustomer


def test_key_files_are_private_complete_and_kept(tmp_path, capsys):
    folder = tmp_path / "keys"
    assert main(["keys", "--out", str(folder)]) == 0
    files = {file.name: file.read_bytes() for file in folder.iterdir()}
    assert len(files) == 2 * len(PAIRS + RSA_PAIRS) + len(SECRETS + SM4_KEYS + KEYS_OF_32)
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}
    KeyRing.load(folder)
    assert generate(folder) == []
    (folder / "bank.public.pem").unlink()
    assert [file.name for file in generate(folder)] == ["bank.private.pem", "bank.public.pem"]
    assert (folder / "sms.secret").read_bytes() == files["sms.secret"]
    assert len(generate(folder, force=True)) == len(files)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"PARTNERS_CONTROL_TOKEN": None}, "PARTNERS_CONTROL_TOKEN"),
        ({"PARTNERS_CONTROL_TOKEN": "short"}, "PARTNERS_CONTROL_TOKEN"),
        ({"PARTNERS_KEYS": "/nowhere"}, "bank.private.pem"),
        ({"PARTNERS_DATA": "/dev/null/books.db"}, "books.db"),
        ({"PARTNERS_TIME_SCALE": "fast"}, "PARTNERS_TIME_SCALE"),
    ],
)
def test_it_refuses_to_start_in_one_line(keys, tmp_path, monkeypatch, capsys, change, named):
    for name, value in (_environment(keys, tmp_path) | change).items():
        monkeypatch.delenv(name, raising=False) if value is None else monkeypatch.setenv(name, value)
    assert main(["serve", "--port", "0"]) == 2
    told = capsys.readouterr().err
    assert named in told and told.count("\n") == 1


def test_a_damaged_book_is_told(keys, tmp_path, monkeypatch, capsys):
    (tmp_path / "books.db").write_bytes(b"this is not a database" * 100)
    for name, value in _environment(keys, tmp_path).items():
        monkeypatch.setenv(name, value)
    assert main(["serve"]) == 2
    assert "books.db" in capsys.readouterr().err


async def test_a_kill_loses_no_order_and_no_notice(
    keys, tmp_path, receiver, remote_caller, eventually, monkeypatch
):
    port = _free_port()
    monkeypatch.setenv("PARTNERS_PUSH_URL", receiver.url.removesuffix("/webhooks"))
    async with _program(keys, tmp_path, port, eventually) as (program, http):
        caller = remote_caller(http)
        await caller.control("PUT", "/faults/bank", {"drop_next": -1})
        await caller.control("PUT", "/faults/courier", {"drop_next": -1})
        order = await caller.order("T20261122000001")
        paid = (await caller.pay(order)).json()
        refund = caller.refund_body("T20261122000001")
        await caller.ok("POST", "/bank/v1/refunds", refund)
        _, waybill_no = await SfCustomer(http, keys).place("parcel-1")
        program.send_signal(signal.SIGKILL)
        await program.wait()
    assert receiver.got == []

    async with _program(keys, tmp_path, port, eventually) as (program, http):
        caller = remote_caller(http)
        assert (await caller.order("T20261122000001"))["prepay_id"] == order["prepay_id"]
        courier = SfCustomer(http, keys)
        assert (await courier.place("parcel-1"))[1] == waybill_no

        async def all_told():
            money = {got.body["event"] for got in receiver.got if got.partner == "bank"}
            parcels = {courier.pushed(got.raw)["code"] for got in receiver.got if got.partner == "sf"}
            return money == {"TRANSACTION.SUCCESS", "REFUND.SUCCESS"} and parcels == {"50", "44", "80"}

        await eventually(all_told)
        told = [got.body["data"] for got in receiver.got if got.body.get("event") == "TRANSACTION.SUCCESS"]
        assert {data["transaction_id"] for data in told} == {paid["transaction_id"]}
        sums = (await caller.control("GET", "/books/bank"))["sums"]
        assert (sums["captured_cents"], sums["refunded_cents"]) == (2000, 2000)

        second = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "partners", "serve", "--port", "0",
            env=os.environ | _environment(keys, tmp_path), stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        _, told_by_second = await second.communicate()
        assert second.returncode == 2 and b"books.db" in told_by_second

        program.terminate()
        assert await program.wait() in (0, -signal.SIGTERM)


def _environment(keys: Path, folder: Path) -> dict[str, str]:
    return {
        "PARTNERS_KEYS": str(keys),
        "PARTNERS_DATA": str(folder / "books.db"),
        "PARTNERS_CONTROL_TOKEN": "control-token-of-the-tests",
        "PARTNERS_TIME_SCALE": "0.02",
        "PARTNERS_REFUND_SECONDS": "0.2",
        "PARTNERS_COURIER_STEP_SECONDS": "0.1",
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@asynccontextmanager
async def _program(
    keys: Path, folder: Path, port: int, eventually: Callable[..., Awaitable[object]]
) -> AsyncIterator[tuple[asyncio.subprocess.Process, httpx2.AsyncClient]]:
    program = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "partners",
        "serve",
        "--port",
        str(port),
        env=os.environ | _environment(keys, folder),
    )
    try:
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http:

            async def healthy():
                try:
                    return (await http.get("/healthz")).status_code == 200
                except httpx2.TransportError:
                    return False

            await eventually(healthy)
            yield program, http
    finally:
        if program.returncode is None:
            program.kill()
            await program.wait()
