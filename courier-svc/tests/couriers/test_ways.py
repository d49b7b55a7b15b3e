"""What becomes of a parcel and what we hear of it: by push, by query, twice, late, out of order, forged."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from chassis.testing import bearer

from ..conftest import DEPARTMENT, UNIT, SandboxCourier
from .conftest import Way

PATH = ("PICKED_UP", "OUT_FOR_DELIVERY", "DELIVERED")
FAULTS: list[dict[str, Any]] = [
    {},
    {"duplicate_next": -1, "duplicate_copies": 2},
    {"forge_next": 2},
    {"stale_next": 2},
    {"drop_next": 2},
    {"reorder_batch": 3},
    {"late_ms": 20},
]


@pytest.mark.parametrize("faults", FAULTS, ids=lambda faults: next(iter(faults), "well behaved"))
async def test_every_parcel_arrives_once_in_our_books(
    ordered: Way, sandbox: SandboxCourier, faults: dict[str, Any]
) -> None:
    await sandbox.fault(**faults)
    await ordered.goes(*PATH)
    await ordered.heard(3)
    assert await ordered.parcel.state() == "delivered"
    assert await ordered.parcel.told() == ["created", "picked_up", "delivered"]
    assert await ordered.agrees()
    jobs = await ordered.svc.service.pool.fetch("SELECT kind FROM job")
    assert [job["kind"] for job in jobs] == ["courier.poll_traces"], (
        "which finds nothing to ask when it is due"
    )


async def test_a_parcel_whose_pushes_are_all_lost_is_found_by_asking(
    ordered: Way, sandbox: SandboxCourier
) -> None:
    await sandbox.fault(lose_next=-1)
    await ordered.goes(*PATH)
    await ordered.long_silence()
    assert await ordered.parcel.told() == ["created", "picked_up", "delivered"]
    assert await ordered.agrees()


async def test_a_push_of_what_was_found_by_asking_is_a_repeat(ordered: Way, sandbox: SandboxCourier) -> None:
    await sandbox.fault(lose_next=1)
    await ordered.goes("PICKED_UP")
    await ordered.long_silence()
    await sandbox.control("POST", "/notices/redeliver?partner=courier")
    await ordered.heard(1)
    rows = await ordered.svc.service.pool.fetch("SELECT source, repeats FROM courier_report")
    assert [(row["source"], row["repeats"]) for row in rows] == [("query", 1)]


async def test_a_push_of_a_day_ago_that_comes_again_moves_nothing(
    ordered: Way, sandbox: SandboxCourier
) -> None:
    await ordered.goes("PICKED_UP")
    await ordered.heard(1)
    (notice,) = (await sandbox.control("GET", "/notices?partner=courier"))["notices"]
    await ordered.goes("RETURNED")
    await ordered.heard(2)
    await ordered.parcel.resend()
    await ordered.svc.run_jobs()
    await sandbox.control("POST", f"/notices/{notice['notice_id']}/redeliver")
    await ordered.heard(2)
    assert (await ordered.parcel.state(), (await ordered.parcel.row())["leg"]) == ("created", 2)


async def test_a_returned_parcel_is_back_at_the_sender_and_not_delivered(ordered: Way) -> None:
    await ordered.goes("PICKED_UP", "RETURNING", "RETURNED")
    await ordered.heard(3)
    assert await ordered.parcel.state() == "returned"
    assert await ordered.parcel.told() == ["created", "picked_up", "returned"]


async def test_delivered_after_returned_is_shown_to_the_unit_and_told_to_nobody(ordered: Way) -> None:
    await ordered.goes("PICKED_UP", "RETURNED")
    await ordered.heard(2)
    await ordered.goes("DELIVERED")
    await ordered.heard(3)
    row = await ordered.parcel.row()
    assert (row["state"], row["attention"]) == ("returned", "delivered_after_returned")
    assert await ordered.parcel.told() == ["created", "picked_up", "returned"]


async def test_returned_before_the_delivery_in_the_books_is_no_contradiction_in_the_end(
    ordered: Way, sandbox: SandboxCourier
) -> None:
    await ordered.goes("PICKED_UP", "DELIVERED")
    await ordered.heard(2)
    await sandbox.fault(lose_next=-1)
    await ordered.goes("RETURNED", "DELIVERED")
    await ordered.svc.service.pool.execute("UPDATE shipment SET attention = 'came_back_after_delivered'")
    await ordered.svc.service.pool.execute(
        "INSERT INTO job (kind, key) SELECT 'courier.ask_now', id::text FROM shipment"
    )
    await ordered.svc.run_jobs()
    row = await ordered.parcel.row()
    assert (row["state"], row["attention"]) == ("delivered", None)


@pytest.mark.parametrize("code", ["999", "O_011", "FAILED_ATTEMPT", "IN_LOCKER", "161"])
async def test_an_unknown_code_or_a_locker_moves_at_most(ordered: Way, code: str) -> None:
    await ordered.goes("PICKED_UP", code)
    await ordered.heard(2)
    assert await ordered.parcel.state() in ("picked_up", "in_transit")
    assert await ordered.agrees()
    assert len((await ordered.parcel.view())["scans"]) == 2


async def test_a_courier_that_is_down_for_an_hour_delays_everything_and_loses_nothing(
    wanted: Way, sandbox: SandboxCourier
) -> None:
    await sandbox.fault(down=True)
    for _ in range(4):
        await wanted.due_again()
    assert await wanted.parcel.state() == "requested"
    await sandbox.fault()
    await wanted.due_again()
    assert await wanted.parcel.state() == "created"

    await wanted.goes("PICKED_UP")
    await wanted.heard(1)
    await sandbox.fault(down=True)
    await wanted.goes("DELIVERED")
    await wanted.long_silence()
    assert await wanted.parcel.state() == "picked_up"
    await sandbox.fault()
    await wanted.heard(2)
    await wanted.due_again()
    assert await wanted.parcel.told() == ["created", "picked_up", "delivered"]
    assert len(await sandbox.orders()) == 1 and await wanted.agrees()


async def test_a_courier_that_answers_pushes_but_not_questions_delays_the_end_only(
    ordered: Way, sandbox: SandboxCourier
) -> None:
    await ordered.goes("PICKED_UP")
    await ordered.heard(1)
    await sandbox.fault(http_500_next=1)
    await ordered.goes("DELIVERED")
    await ordered.heard(2)
    assert await ordered.parcel.state() == "picked_up"
    await ordered.due_again()
    assert await ordered.parcel.state() == "delivered"


async def test_copies_heard_at_once_beside_an_answer_count_once(
    ordered: Way, sandbox: SandboxCourier
) -> None:
    await sandbox.fault(lose_next=-1)
    await ordered.goes(*PATH)
    await sandbox.fault()
    pushes = sandbox.control("POST", "/notices/redeliver?partner=courier")
    await asyncio.gather(pushes, ordered.long_silence())
    await ordered.heard(3)
    assert await ordered.parcel.told() == ["created", "picked_up", "delivered"]
    assert await ordered.agrees()


async def test_the_proof_of_delivery_is_sealed_and_shown_to_the_applicant_and_the_unit(ordered: Way) -> None:
    await ordered.goes("PICKED_UP", "DELIVERED")
    await ordered.heard(2)
    row, view = await ordered.parcel.row(), await ordered.parcel.view()
    assert row["sealed_proof"] and "身份证件".encode() not in row["sealed_proof"]
    assert row["proof_purge_at"] > row["purge_at"] > datetime.now(UTC)
    assert "本人凭有效身份证件签收" in view["proof"]["words"] and view["proof"]["id_bound"] is True
    svc = ordered.svc
    unit = bearer(svc.tokens.officer(uuid4(), unit=UNIT, department=DEPARTMENT))
    seen = await svc.client.get(f"/api/shipments/{row['id']}", headers=unit)
    assert seen.json()["proof"] == view["proof"]

    await svc.service.pool.execute("UPDATE shipment SET proof_purge_at = now()")
    await svc.service.pool.execute(
        "INSERT INTO job (kind, key) VALUES ('courier.purge_addresses', 'recurring')"
    )
    await svc.run_jobs()
    assert (await ordered.parcel.view())["proof"] is None
