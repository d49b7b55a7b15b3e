"""Cases all the way, over HTTP, with the events they leave behind."""

from itertools import pairwise
from uuid import UUID

import pytest
from chassis.clock import now
from chassis.ids import uuid7
from contracts.courier import ShipmentDelivered, ShipmentPickedUp, ShipmentReturned
from contracts.evaluation import ReviewSubmitted
from contracts.payment import OrderExpired, OrderPaid, ReceiptIssued, RefundSucceeded

FULL = ("accept", "review", "approve", "pay", "produce", "deliver")


def paid(case_id: str, amount: int = 2000) -> OrderPaid:
    return OrderPaid(
        order_id=uuid7(), case_id=UUID(case_id), amount_cents=amount, occurred_at=now(), channel="bank",
        paid_at=now(),
    )  # fmt: skip


def shipment(kind, case_id: str, shipment_id: UUID, direction: str = "to_applicant"):
    more = {"reason": "拒收"} if kind is ShipmentReturned else {}
    return kind(
        shipment_id=shipment_id, case_id=UUID(case_id), direction=direction, occurred_at=now(),
        waybill_no="XA0001", **more,
    )  # fmt: skip


async def test_a_case_with_fee_and_parcel_from_draft_to_review(world, make_item) -> None:
    case_id = await world.approved(make_item(steps=FULL, approval_levels=1, delivery="both_ways"))
    assert await world.state(case_id) == "awaiting_payment"
    await world.deliver(paid(case_id))
    assert await world.state(case_id) == "in_production"
    produced = await world.officer().post(f"/api/cases/{case_id}/produce")
    assert produced.json()["state"] == "awaiting_dispatch"
    parcel = uuid7()
    await world.deliver(shipment(ShipmentPickedUp, case_id, parcel))
    assert await world.state(case_id) == "in_transit"
    await world.deliver(shipment(ShipmentDelivered, case_id, parcel))
    assert await world.state(case_id) == "completed"
    assert await world.event_types(case_id) == [
        f"case.case.{name}"
        for name in (
            "submitted", "accepted", "pickup_requested", "approved", "payment_requested", "paid", "produced",
            "dispatch_requested", "dispatched", "completed",
        )
    ]  # fmt: skip


async def test_events_carry_the_facts_that_readers_count_by(world, make_item) -> None:
    item = make_item(steps=FULL, approval_levels=1)
    case_id = await world.approved(item)
    await world.deliver(paid(case_id))
    await world.officer().post(f"/api/cases/{case_id}/produce")
    events = {event.TYPE.rsplit(".", 1)[1]: event for event in await world.emitted()}
    assert events["submitted"].response_due_at is not None
    assert events["submitted"].unit == "XC-HUZHENG"
    assert events["accepted"].promise_due_at is not None and events["accepted"].actor == "officer"
    assert events["approved"].in_time and events["approved"].officer_id is not None
    asked = events["payment_requested"]
    assert (asked.amount_cents, asked.amount_source, asked.purpose) == (2000, "fixed", item.name)
    assert events["paid"].state == "in_production"
    assert events["dispatch_requested"].postage_free and events["dispatch_requested"].id_bound


async def test_an_electronic_result_is_issued_with_the_approval(world, make_item) -> None:
    case_id = await world.accepted(make_item())
    answer = await world.officer().post(f"/api/cases/{case_id}/decisions", {"decision": "approve"})
    assert answer.json()["state"] == "completed"
    assert (await world.event_types(case_id))[-3:] == [
        "case.case.approved", "case.case.produced", "case.case.completed"
    ]  # fmt: skip
    document = await world.citizen.get(f"/api/documents/{answer.json()['document_id']}")
    assert document.json()["status"] == "valid"
    last = (await world.emitted())[-1]
    assert last.how == "issued" and last.deciding_officer_id is not None


async def test_a_paper_without_a_parcel_is_collected(world, make_item) -> None:
    case_id = await world.approved(make_item(steps=("accept", "review", "approve", "produce")))
    assert await world.state(case_id) == "in_production"
    produced = await world.officer().post(f"/api/cases/{case_id}/produce")
    assert produced.json()["state"] == "produced"
    collected = await world.officer().post(f"/api/cases/{case_id}/collect")
    assert collected.json()["state"] == "completed"
    assert (await world.emitted())[-1].how == "collected"


async def test_a_case_without_review_ends_with_its_acceptance(world, make_item) -> None:
    case_id = await world.accepted(make_item(steps=("accept", "notify")))
    assert await world.state(case_id) == "completed"


async def test_a_fine_waits_for_its_payment_at_once(world, make_item, make_schema) -> None:
    schema = make_schema({"decision_no": {"type": "string"}, "purpose": {"type": "string"}})
    item = make_item(
        steps=("pay", "notify"), amount_source="issuing_system", form_schema=schema, handled_at="city"
    )
    case_id = await world.submitted(item, decision_no="610100-1234")
    assert await world.state(case_id) == "awaiting_payment"
    events = await world.emitted()
    assert events[-1].amount_cents is None and events[-1].unit == "CITY-HUZHENG"
    await world.deliver(paid(case_id, 15000))
    assert await world.state(case_id) == "completed"
    assert (await world.event_types(case_id))[-2:] == ["case.case.paid", "case.case.completed"]
    caller = world.client
    headers = {"Authorization": f"Bearer {world.tokens.service('payment-svc')}"}
    reference = await caller.get(f"/internal/cases/{case_id}/payment-reference", headers=headers)
    assert reference.json() == {"decision_no": "610100-1234"}


async def test_the_applicants_own_amount_is_asked_for(world, make_item, make_schema) -> None:
    schema = make_schema(
        {"amount_cents": {"type": "integer", "minimum": 100, "maximum": 9999}, "purpose": {"type": "string"}}
    )
    item = make_item(
        steps=("accept", "review", "pay", "notify"), amount_source="applicant", form_schema=schema
    )
    case_id = await world.draft(item, amount_cents=50)
    refused = await world.citizen.post(f"/api/cases/{case_id}/submit")
    assert [error["path"] for error in refused.json()["errors"]] == ["/answers/amount_cents"]
    case_id = await world.submitted(item, amount_cents=5000)
    await world.officer().post(f"/api/cases/{case_id}/accept")
    await world.officer().post(f"/api/cases/{case_id}/decisions", {"decision": "approve"})
    assert (await world.emitted())[-1].amount_cents == 5000


async def test_a_booking_ends_at_once_and_promises_no_slot(world, make_item) -> None:
    case_id = await world.draft(make_item(steps=("book", "notify")))
    answer = (await world.citizen.post(f"/api/cases/{case_id}/submit")).json()
    assert answer["state"] == "completed"
    assert answer["result"]["kind"] == "booking" and answer["result"]["number"] == answer["case_no"]
    assert (await world.emitted())[-1].how == "booked"
    detail = (await world.citizen.get(f"/api/cases/{case_id}")).json()
    assert detail["details"]["result"] == answer["result"]


async def test_a_progress_query_answers_with_ones_own_cases_only(world, make_item) -> None:
    own = await world.submitted(make_item())
    await world.submitted(make_item(), world.person())
    await world.draft(make_item())
    query = make_item("HUZHENG-102", steps=("query",), name="户口业务办理进度查询", handled_at="city")
    case_id = await world.draft(query)
    answer = (await world.citizen.post(f"/api/cases/{case_id}/submit")).json()
    assert [found["case_id"] for found in answer["result"]["cases"]] == [own]
    assert answer["result"]["cases"][0]["state"] == "submitted"


async def test_a_progress_query_for_one_number_answers_with_that_case(world, make_item) -> None:
    first, second = await world.submitted(make_item()), await world.submitted(make_item())
    number = (await world.citizen.get(f"/api/cases/{second}")).json()["case_no"]
    query = make_item("HUZHENG-102", steps=("query",), name="户口业务办理进度查询", handled_at="city")
    case_id = await world.draft(query, purpose=number)
    answer = (await world.citizen.post(f"/api/cases/{case_id}/submit")).json()
    assert [found["case_id"] for found in answer["result"]["cases"]] == [second]
    assert first != second


async def test_other_queries_say_that_the_register_is_not_connected(world, make_item) -> None:
    case_id = await world.draft(make_item(steps=("query",), name="重名查询", handled_at="city"))
    answer = (await world.citizen.post(f"/api/cases/{case_id}/submit")).json()
    assert answer["result"]["kind"] == "query" and "尚未接入" in answer["result"]["message"]


async def test_a_delivery_heard_of_first_takes_both_edges(world, make_item) -> None:
    case_id = await world.approved(make_item(steps=("accept", "review", "produce", "deliver")))
    await world.officer().post(f"/api/cases/{case_id}/produce")
    parcel = uuid7()
    await world.deliver(shipment(ShipmentDelivered, case_id, parcel))
    assert await world.state(case_id) == "completed"
    await world.deliver(shipment(ShipmentPickedUp, case_id, parcel))
    assert await world.state(case_id) == "completed"
    assert not await world.parked()
    timeline = (await world.citizen.get(f"/api/cases/{case_id}/timeline")).json()
    assert timeline["entries"][-1]["action"] == "parcel_picked_up"


async def test_a_returned_parcel_can_be_collected_or_sent_again(world, make_item) -> None:
    item = make_item(steps=("accept", "review", "produce", "deliver"))
    for collected in (True, False):
        case_id = await world.approved(item)
        await world.officer().post(f"/api/cases/{case_id}/produce")
        parcel = uuid7()
        await world.deliver(
            shipment(ShipmentPickedUp, case_id, parcel), shipment(ShipmentReturned, case_id, parcel)
        )
        assert await world.state(case_id) == "returned"
        if collected:
            await world.officer().post(f"/api/cases/{case_id}/collect")
        else:
            await world.deliver(shipment(ShipmentPickedUp, case_id, parcel))
            assert await world.state(case_id) == "in_transit"
            await world.deliver(shipment(ShipmentDelivered, case_id, parcel))
        assert await world.state(case_id) == "completed"


async def test_fetched_originals_are_told_and_move_nothing(world, make_item) -> None:
    case_id = await world.accepted(make_item(steps=FULL, approval_levels=1, delivery="both_ways"))
    await world.deliver(shipment(ShipmentDelivered, case_id, uuid7(), "from_applicant"))
    assert await world.state(case_id) == "accepted"
    timeline = (await world.citizen.get(f"/api/cases/{case_id}/timeline")).json()
    assert timeline["entries"][-1]["text"] == "材料原件已送达承办单位。"


async def test_money_after_a_withdrawal_is_told_and_moves_nothing(world, make_item) -> None:
    case_id = await world.approved(make_item(steps=FULL, approval_levels=1))
    await world.citizen.post(f"/api/cases/{case_id}/withdraw", {"reason": "不办了"})
    order = paid(case_id)
    await world.deliver(order)
    await world.deliver(
        RefundSucceeded(
            order_id=order.order_id, case_id=UUID(case_id), amount_cents=2000, occurred_at=now(),
            refund_id=uuid7(),
        )
    )  # fmt: skip
    assert await world.state(case_id) == "withdrawn"
    assert not await world.parked()
    timeline = (await world.citizen.get(f"/api/cases/{case_id}/timeline")).json()
    assert [entry["action"] for entry in timeline["entries"]][-3:] == [
        "withdraw", "payment_not_needed", "refunded"
    ]  # fmt: skip


async def test_receipts_are_told_in_words_and_move_nothing(world, make_item) -> None:
    case_id = await world.approved(make_item(steps=FULL, approval_levels=1))
    order = uuid7()
    for kind, number, cents in (("blue", order, 2050), ("red", uuid7(), 50)):
        await world.deliver(
            ReceiptIssued(
                receipt_id=number,
                order_id=order,
                case_id=UUID(case_id),
                kind=kind,
                amount_cents=cents,
                issued_at=now(),
            )
        )
    assert await world.state(case_id) == "awaiting_payment"
    timeline = (await world.citizen.get(f"/api/cases/{case_id}/timeline")).json()
    assert [entry["text"] for entry in timeline["entries"]][-2:] == [
        "财政电子票据已开具，金额 20.50 元，可以下载。", "退款 0.50 元，红字财政电子票据已开具。"
    ]  # fmt: skip


async def test_a_second_payment_of_a_case_is_told_and_applied_once(world, make_item) -> None:
    case_id = await world.approved(make_item(steps=FULL, approval_levels=1))
    await world.deliver(paid(case_id), paid(case_id))
    assert await world.state(case_id) == "in_production"
    assert (await world.event_types(case_id)).count("case.case.paid") == 1


async def test_an_event_delivered_twice_is_applied_once(world, make_item) -> None:
    case_id = await world.approved(make_item(steps=FULL, approval_levels=1))
    order, event_id = paid(case_id), uuid7()
    for _ in range(2):
        await world.deliver(order, event_id=event_id)
    timeline = (await world.citizen.get(f"/api/cases/{case_id}/timeline")).json()
    assert [entry["action"] for entry in timeline["entries"]].count("pay") == 1


async def test_expired_orders_and_reviews_are_part_of_the_story(world, make_item) -> None:
    case_id = await world.approved(make_item(steps=FULL, approval_levels=1))
    await world.deliver(
        OrderExpired(order_id=uuid7(), case_id=UUID(case_id), amount_cents=2000, occurred_at=now()),
        ReviewSubmitted(
            case_id=UUID(case_id), item_code="HUZHENG-101", department="HUZHENG", unit="XC-HUZHENG",
            occurred_at=now(), review_id=uuid7(), level="very_satisfied",
        ),
    )  # fmt: skip
    timeline = (await world.citizen.get(f"/api/cases/{case_id}/timeline")).json()
    assert [entry["text"] for entry in timeline["entries"]][-2:] == [
        "缴费订单已过期，可以重新下单。", "您已评价本次办理，感谢您的评价。"
    ]  # fmt: skip


async def test_news_of_an_unknown_case_are_parked_for_operators(world) -> None:
    unknown = uuid7()
    await world.deliver(
        paid(str(unknown)),
        shipment(ShipmentDelivered, str(unknown), uuid7()),
        OrderExpired(order_id=uuid7(), case_id=unknown, amount_cents=2000, occurred_at=now()),
    )
    causes = [message["cause"] for message in await world.parked()]
    assert len(causes) == 3 and all("CaseNotFound" in cause for cause in causes)


@pytest.mark.parametrize("steps", [("accept", "review", "approve", "pay", "notify"), FULL])
async def test_the_timeline_tells_every_state_in_order(world, make_item, steps) -> None:
    case_id = await world.approved(make_item(steps=steps, approval_levels=1))
    timeline = (await world.citizen.get(f"/api/cases/{case_id}/timeline")).json()
    edges = [entry for entry in timeline["entries"] if entry["to_state"]]
    assert [edge["to_state"] for edge in edges] == ["submitted", "accepted", "approved", "awaiting_payment"]
    assert all(earlier["to_state"] == later["from_state"] for earlier, later in pairwise(edges))
    assert timeline["promise_due_at"] and "承诺在" in edges[1]["text"]
    assert "20.00 元" in edges[3]["text"]
