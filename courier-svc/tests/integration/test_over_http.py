"""The sandbox's own pushes over real HTTP, misbehaving as it can: the books and we agree in the end."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from ..conftest import Parcel, SandboxCourier, served

_PATIENCE_SECONDS = 20


@pytest.fixture
def door() -> Iterator[socket.socket]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        yield listening


@pytest.fixture
def public_url(door: socket.socket) -> str:
    return f"http://127.0.0.1:{door.getsockname()[1]}"


@pytest.fixture
async def open_door(created: Parcel, door: socket.socket) -> AsyncIterator[None]:
    app = created.svc.client._transport.app  # type: ignore[attr-defined]
    async with served(app, "off", door):
        yield


async def all_acked(sandbox: SandboxCourier, count: int) -> None:
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while len((await sandbox.control("GET", "/notices?state=ACKED"))["notices"]) < count:
            await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    "faults",
    [
        {},
        {"duplicate_next": -1, "duplicate_copies": 2},
        {"forge_next": 2},
        {"stale_next": 2},
        {"drop_next": 2},
        {"reorder_batch": 3},
    ],
    ids=lambda faults: next(iter(faults), "well behaved"),
)
async def test_every_parcel_arrives_once_in_our_books(
    created: Parcel, open_door: None, sandbox: SandboxCourier, faults: dict[str, Any]
) -> None:
    await sandbox.control("PATCH", "/settings", {"time_scale": 0.001})
    await sandbox.fault(**faults)
    for code in ("PICKED_UP", "OUT_FOR_DELIVERY", "DELIVERED"):
        await sandbox.advance(await created.order_no(), code)
    await all_acked(sandbox, 3)
    (order,) = await sandbox.orders()
    assert order["state"].lower() == await created.state() == "delivered"
    assert await created.told() == ["created", "picked_up", "delivered"]
    heard = await created.svc.service.pool.fetchval("SELECT count(*) FROM courier_report")
    assert heard == len(order["traces"])
