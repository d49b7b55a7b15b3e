"""Every courier in turn, through its own protocol and the real sandbox: one suite, one door that is open."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from chassis.testing import Running
from courier_svc.application.ports import Carrier, Leg

from ..conftest import Parcel, SandboxCourier, served

_PATIENCE_SECONDS = 20


@pytest.fixture(params=["ems", "sf"])
def carried_by(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def courier_settings(carried_by: str) -> dict[str, Any]:
    return {"courier_default": carried_by, "statement_day": 1}


@pytest.fixture
def door() -> Iterator[socket.socket]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        yield listening


@pytest.fixture
def public_url(door: socket.socket) -> str:
    """Where the sandbox pushes: to us."""
    return f"http://127.0.0.1:{door.getsockname()[1]}"


@pytest.fixture
async def open_door(svc: Running, door: socket.socket) -> AsyncIterator[None]:
    app = svc.client._transport.app  # type: ignore[attr-defined]
    async with served(app, "off", door):
        yield


@dataclass
class Way:
    """A parcel's way: what becomes of it at the courier, and what we hear of it."""

    parcel: Parcel
    sandbox: SandboxCourier
    svc: Running

    async def carrier(self) -> Carrier:
        return self.svc.service.state.desk.carriers.named((await self.parcel.row())["courier"])

    async def leg(self) -> Leg:
        row = await self.parcel.row()
        return Leg(row["order_no"], row["waybill_no"])

    async def goes(self, *codes: str) -> None:
        for code in codes:
            await self.sandbox.advance(await self.parcel.order_no(), code)

    async def heard(self, pushes: int) -> None:
        """Until so many are acknowledged in all, and what they made us ask is answered."""
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while len((await self.sandbox.control("GET", "/notices?state=ACKED"))["notices"]) < pushes:
                await asyncio.sleep(0.01)
        await self.svc.run_jobs()

    async def due_again(self) -> None:
        """As if the back-off had passed."""
        await self.svc.service.pool.execute("UPDATE job SET run_at = now() WHERE last_error IS NOT NULL")
        await self.svc.run_jobs()

    async def long_silence(self) -> None:
        """A day without a push: the courier is asked."""
        pool = self.svc.service.pool
        await pool.execute(
            "UPDATE shipment SET created_at = created_at - interval '1 day',"
            " last_heard_at = last_heard_at - interval '1 day'"
        )
        await pool.execute("UPDATE job SET run_at = now() WHERE kind = 'courier.poll_traces'")
        await self.svc.run_jobs()

    async def agrees(self) -> bool:
        """Whether every scan in the courier's books stands in ours once, and nothing else."""
        orders = await self.sandbox.orders()
        theirs = sorted(scan["event_id"] for order in orders for scan in order["traces"])
        rows = await self.svc.service.pool.fetch(
            "SELECT event_id FROM courier_report WHERE verdict NOT IN ('hint', 'unconfirmed', 'held')"
        )
        return sorted(row["event_id"] for row in rows) == theirs


@pytest.fixture
async def wanted(requested: Parcel, sandbox: SandboxCourier, open_door: None) -> Way:
    """Asked for by its case; the courier knows nothing yet."""
    await sandbox.control("PATCH", "/settings", {"time_scale": 0.001})
    return Way(requested, sandbox, requested.svc)


@pytest.fixture
async def ordered(wanted: Way) -> Way:
    await wanted.svc.run_jobs()
    assert await wanted.parcel.state() == "created"
    return wanted
