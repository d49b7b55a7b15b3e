"""Orders: placed once under one number for ever, cancelled in time, printed; at every courier."""

from typing import Any
from uuid import uuid4

import pytest
from chassis.testing import Running, bearer
from contracts.case import CaseDispatchRequested, PickupRequested
from courier_svc.application.ports import CancelAnswer, Leg, OrderRefused, Standing
from courier_svc.application.ports import Parcel as Ordered

from ..conftest import DEPARTMENT, HOME, UNIT, Parcel, SandboxCourier, case_facts
from .conftest import Way

OFFICE = "西安市公安局政务服务寄递中心"


async def order_of(way: Way) -> Ordered:
    desk = way.svc.service.state.desk
    return Ordered(await way.parcel.order_no(), desk.office_of(""), HOME, id_bound=True)


async def test_a_document_goes_from_the_office_to_the_applicant_against_the_id_card(
    ordered: Way, sandbox: SandboxCourier, carried_by: str
) -> None:
    (order,) = await sandbox.orders("parties=true")
    row = await ordered.parcel.row()
    assert (order["courier"], row["courier"]) == (carried_by, carried_by)
    assert (order["order_no"], order["waybill_no"]) == (row["order_no"], row["waybill_no"])
    assert (order["sender"]["name"], order["receiver"]["name"], order["id_bound"]) == (OFFICE, HOME.name, 1)
    assert order["receiver"]["phone"] == HOME.phone and order["receiver"]["address"] == HOME.address


async def test_what_a_letter_box_would_do_for_is_sent_without_the_id_card(
    svc: Running, open_door: None, sandbox: SandboxCourier
) -> None:
    await svc.deliver(CaseDispatchRequested(**case_facts(), postage_free=True, id_bound=False))
    await svc.run_jobs()
    assert [order["id_bound"] for order in await sandbox.orders()] == [0]


async def test_originals_come_from_the_applicant_to_the_office(
    svc: Running, open_door: None, sandbox: SandboxCourier
) -> None:
    event = PickupRequested(**case_facts())
    await svc.deliver(event)
    await svc.run_jobs()
    (order,) = await sandbox.orders("parties=true")
    assert (order["sender"]["name"], order["receiver"]["name"], order["id_bound"]) == (HOME.name, OFFICE, 0)
    way = Way(Parcel(svc, event), sandbox, svc)
    await way.goes("PICKED_UP", "DELIVERED")
    await way.heard(2)
    assert await way.parcel.told() == ["created", "picked_up", "delivered"]


async def test_a_repeat_gives_the_first_waybill(ordered: Way, sandbox: SandboxCourier) -> None:
    calls = (await ordered.carrier()).calls
    assert await calls.place_order(await order_of(ordered)) == (await ordered.parcel.row())["waybill_no"]
    assert len(await sandbox.orders()) == 1


@pytest.mark.parametrize("refused", [False, True], ids=["answered", "refused as a repeat"])
async def test_a_lost_answer_is_asked_for_again_under_the_same_number(
    wanted: Way, sandbox: SandboxCourier, refused: bool
) -> None:
    await sandbox.fault(lost_answer_next=1, repeat_refused=refused)
    await wanted.svc.run_jobs()
    assert await wanted.parcel.state() == "requested"
    await wanted.due_again()
    (order,) = await sandbox.orders()
    row = await wanted.parcel.row()
    assert (row["state"], row["waybill_no"], row["leg"]) == ("created", order["waybill_no"], 1)


async def test_a_push_faster_than_the_answer_counts(wanted: Way, sandbox: SandboxCourier) -> None:
    await sandbox.fault(lost_answer_next=1)
    await wanted.svc.run_jobs()
    await wanted.goes("PICKED_UP")
    await wanted.heard(1)
    await wanted.due_again()
    assert await wanted.parcel.told() == ["created", "picked_up"]
    assert await wanted.agrees()


async def test_a_cancelled_number_is_never_used_again(ordered: Way) -> None:
    calls = (await ordered.carrier()).calls
    assert await calls.cancel_order(await ordered.leg(), "") is CancelAnswer.CANCELLED
    assert await calls.cancel_order(await ordered.leg(), "") is CancelAnswer.CANCELLED
    with pytest.raises(OrderRefused):
        await calls.place_order(await order_of(ordered))
    assert (await calls.traces(await ordered.leg())).standing is Standing.CANCELLED
    nobodys = Leg("0" * 32 + "-1", "EX000000000CN")
    assert await calls.cancel_order(nobodys, "") is CancelAnswer.UNKNOWN_ORDER
    assert (await calls.traces(nobodys)).standing is Standing.UNKNOWN_ORDER


async def test_a_withdrawn_case_takes_its_order_back_even_when_the_answer_is_lost(
    ordered: Way, sandbox: SandboxCourier
) -> None:
    await sandbox.fault(lost_answer_next=1)
    await ordered.parcel.withdraw()
    await ordered.svc.run_jobs()
    assert await ordered.parcel.state() == "created"
    await ordered.due_again()
    assert await ordered.parcel.state() == "cancelled"
    assert [order["state"] for order in await sandbox.orders()] == ["CANCELLED"]


async def test_what_is_picked_up_cannot_be_taken_back(ordered: Way, sandbox: SandboxCourier) -> None:
    await sandbox.fault(lose_next=-1)
    await ordered.goes("PICKED_UP")
    await ordered.parcel.withdraw()
    await ordered.svc.run_jobs()
    row = await ordered.parcel.row()
    assert (row["state"], row["attention"]) == ("created", "cancel_too_late")
    await ordered.long_silence()
    assert await ordered.parcel.state() == "picked_up"


async def test_an_order_that_the_courier_gave_up_is_shown_to_the_unit(ordered: Way) -> None:
    await (await ordered.carrier()).calls.cancel_order(await ordered.leg(), "")
    await ordered.long_silence()
    row = await ordered.parcel.row()
    assert (row["state"], row["attention"]) == ("needs_attention", "cancelled_at_courier")


def officer(svc: Running) -> dict[str, str]:
    return bearer(svc.tokens.officer(uuid4(), unit=UNIT, department=DEPARTMENT))


async def test_the_unit_prints_the_label_and_the_applicant_sees_who_did(
    ordered: Way, sandbox: SandboxCourier
) -> None:
    svc, row = ordered.svc, await ordered.parcel.row()
    path = f"/api/shipments/{row['id']}/label"
    answer = await svc.client.post(path, headers=officer(svc))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf"), answer.text
    assert answer.content.startswith(b"%PDF-") and row["waybill_no"].encode() in answer.content
    assert [(act["what"], act["by"]) for act in await ordered.parcel.acts()] == [("label_printed", "officer")]

    await sandbox.fault(down=True)
    assert (await svc.client.post(path, headers=officer(svc))).status_code == 503
    await sandbox.fault()
    await ordered.goes("PICKED_UP")
    await ordered.heard(1)
    assert (await svc.client.post(path, headers=officer(svc))).status_code == 409
    assert len(await ordered.parcel.acts()) == 1


class TestWithWrongKeys:
    """We are misconfigured, or the courier changed its keys: that is about how we ask, not about the parcel."""

    @pytest.fixture
    def courier_settings(self, carried_by: str) -> dict[str, Any]:
        key = "MDEyMzQ1Njc4OWFiY2RlZg=="
        return {"courier_default": carried_by, "ems_key": key, "sf_checkword": key}

    async def test_an_order_waits_until_the_keys_are_right(self, wanted: Way) -> None:
        await wanted.svc.run_jobs()
        row = await wanted.parcel.row()
        assert (row["state"], row["attention"]) == ("requested", None)
        error = await wanted.svc.service.pool.fetchval("SELECT last_error FROM job")
        assert "S00002" in error or "A1006" in error
        assert HOME.phone not in error and HOME.name not in error
