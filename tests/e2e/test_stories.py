"""What citizens and officers live through, told through the gateway."""

import pytest
from city import City
from city.steps import (
    ADDRESS,
    LOST_CARD,
    LOST_NOTICE,
    drafted,
    lost_card_awaiting_payment,
    paid,
    submitted,
)
from demo.api import Refused, until
from demo.walk import Walk

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("city")]


async def test_case_with_fee_and_parcel_is_reviewed(city: City):
    told: list[str] = []
    await Walk(city.platform, city.logins, told.append)()
    assert any("非常满意" in line for line in told)


async def test_case_without_fee_and_parcel_ends_at_the_decision(city: City):
    citizen = await city.citizen()
    case_id = await submitted(city, citizen, "HUZHENG-004", LOST_NOTICE, branch="XC")
    officer = await city.officer("XC-HUZHENG-1")
    await officer.accept(case_id)
    await officer.approve(case_id, "已登记")
    assert (await citizen.case(case_id))["state"] == "completed"
    assert await citizen.orders(case_id) == []
    assert await citizen.shipments(case_id) == []


async def test_electronic_document_is_issued_verified_and_rendered(city: City):
    citizen = await city.citizen()
    answers = {"cert_type": "户籍登记", "subject_id": "11010119900307002X", "usage": "入学"}
    case_id = await submitted(city, citizen, "HUZHENG-016", answers, window="W-XC-01")
    officer = await city.officer("XC-HUZHENG-1")
    await officer.accept(case_id)
    await officer.approve(case_id, "同意")
    (document,) = [one for one in (await citizen.get("/api/documents"))["items"] if one["case_id"] == case_id]
    pdf = await city.platform.send("GET", f"/api/documents/{document['id']}/pdf", headers=citizen.headers)
    assert pdf.content.startswith(b"%PDF")
    public = await city.platform.call("GET", f"/api/documents/verify/{document['verification_code']}")
    assert public["status"] == "valid"
    assert "赵小雨" not in str(public)
    page = await city.platform.send("GET", f"/verify/{document['verification_code']}")
    assert page.status_code == 200 and "有效" in page.text


async def test_receipt_of_a_payment_is_printed_and_checked_by_anybody(city: City):
    citizen, case_id = await lost_card_awaiting_payment(city)
    order = await citizen.order_to_pay(case_id)
    await city.bank.pay(await citizen.start_payment(order["id"]))
    receipt = await citizen.receipt(order["id"])
    pdf = await city.platform.send("GET", receipt["pdf_url"], headers=citizen.headers)
    assert pdf.content.startswith(b"%PDF")
    page = await city.platform.send("GET", receipt["check_url"])
    assert page.status_code == 200 and "票据有效" in page.text and "赵小雨" not in page.text

    async def told():
        entries = (await citizen.timeline(case_id))["entries"]
        return [entry for entry in entries if entry["action"] == "receipt_issued"] or None

    assert len(await until("票据记入办理过程", told)) == 1


async def test_supplement_is_asked_once_and_answered(city: City):
    citizen = await city.citizen()
    case_id = await submitted(city, citizen, "HUZHENG-003", LOST_CARD, branch="XC")
    officer = await city.officer("XC-HUZHENG-1")
    await officer.request_supplement(
        case_id, {"what": "请补充丢失地点的详细说明", "path": "/answers/lost_place"}
    )
    assert (await citizen.case(case_id))["state"] == "supplement_requested"
    found = await citizen.answers(case_id)
    await citizen.save(case_id, found["answers"] | {"lost_place": "解放路地铁站 C 口"}, found["version"])
    await citizen.supplement(case_id, "已补充")
    with pytest.raises(Refused) as refused:
        await officer.request_supplement(case_id, {"what": "再来一次"})
    assert refused.value.status in (403, 409)
    await officer.accept(case_id)
    assert (await citizen.case(case_id))["state"] == "accepted"


async def test_silence_for_five_working_days_is_acceptance(city: City):
    citizen = await city.citizen()
    case_id = await submitted(city, citizen, "HUZHENG-003", LOST_CARD, branch="XC")
    await city.due_now("case-svc", "case.accept_by_silence", case_id)
    case = await citizen.when(case_id, "accepted")
    assert case["promise_due_at"]
    assert "行政许可法" in str(await citizen.timeline(case_id))


async def test_denial_names_reason_basis_and_remedy(city: City):
    citizen = await city.citizen()
    case_id = await submitted(city, citizen, "HUZHENG-003", LOST_CARD, branch="XC")
    await (await city.officer("XC-HUZHENG-1")).accept(case_id)
    await (await city.officer("XC-HUZHENG-2")).deny(case_id, "人像比对不符", "居民身份证法 第11条")
    assert (await citizen.case(case_id))["state"] == "denied"
    told = str(await citizen.timeline(case_id)) + str(await citizen.case(case_id))
    assert "人像比对不符" in told and "复议" in told


async def test_rejection_ends_the_case(city: City):
    citizen = await city.citizen()
    case_id = await submitted(city, citizen, "HUZHENG-003", LOST_CARD, branch="XC")
    await (await city.officer("XC-HUZHENG-1")).reject(case_id, "不属于本机关职权范围")
    assert (await citizen.case(case_id))["state"] == "not_accepted"


async def test_withdrawal_after_payment_requested_leaves_no_order_open(city: City):
    citizen, case_id = await lost_card_awaiting_payment(city)
    order = await citizen.order_to_pay(case_id)
    await citizen.withdraw(case_id, "找到了旧证")

    async def cancelled() -> bool | None:
        (found,) = await citizen.orders(case_id)
        return found["state"] == "cancelled" or None

    await until("订单取消", cancelled)
    assert order["id"]


async def test_money_that_arrives_for_a_withdrawn_case_is_refunded_by_itself(city: City):
    citizen, case_id = await lost_card_awaiting_payment(city)
    order = await citizen.order_to_pay(case_id)
    link = await citizen.start_payment(order["id"])
    await city.platform.control("PUT", "/faults/bank", {"late_ms": 1500})
    try:
        await city.bank.pay(link)
        await citizen.withdraw(case_id, "不办了")
    finally:
        await city.platform.control("DELETE", "/faults/bank")

    async def refunded() -> bool | None:
        (found,) = await citizen.orders(case_id)
        return any(money["state"] == "refunded" for money in found["money"]) or None

    await until("自动退款", refunded, 60)
    books = await city.platform.control("GET", "/books/bank")
    mine = [one for one in books["refunds"] if one["refund_cents"] == 4000]
    assert mine


async def test_unpaid_order_expires_and_another_can_be_opened(city: City):
    citizen, case_id = await lost_card_awaiting_payment(city)
    order = await citizen.order_to_pay(case_id)
    await citizen.start_payment(order["id"])
    await city.sql("payment-svc", "UPDATE payment_order SET expires_at = now() WHERE id = $1", order["id"])

    async def expired() -> bool | None:
        found = await citizen.orders(case_id)
        return any(one["state"] == "expired" for one in found) or None

    await until("订单过期", expired, 60)
    again = await citizen.post(f"/api/payments/cases/{case_id}/orders")
    assert again["can_pay"]


async def test_case_unpaid_for_fifteen_working_days_is_closed(city: City):
    citizen, case_id = await lost_card_awaiting_payment(city)
    await citizen.order_to_pay(case_id)
    await city.due_now("case-svc", "case.close_unpaid", case_id)
    await citizen.when(case_id, "closed_unpaid")


async def test_returned_parcel_is_sent_again(city: City):
    citizen, case_id = await lost_card_awaiting_payment(city)
    await paid(city, citizen, case_id)
    await city.platform.control("PATCH", "/settings", {"courier_auto": False})
    try:
        await (await city.officer("XC-HUZHENG-1")).produce(case_id)

        async def waybill() -> dict | None:
            return next((one for one in await citizen.shipments(case_id) if one["waybill_no"]), None)

        shipment = await until("运单", waybill)
        number = await _order_no(city, shipment["waybill_no"])
        await city.courier.move(number, "PICKED_UP")
        await citizen.when(case_id, "in_transit")
        await city.courier.move(number, "RETURNED", "收件人不在")
        await citizen.when(case_id, "returned")
    finally:
        await city.platform.control("PATCH", "/settings", {"courier_auto": True})
    await citizen.send_again(shipment["id"])
    await citizen.when(case_id, "completed", within=60)


async def _order_no(city: City, waybill_no: str) -> str:
    books = await city.platform.control("GET", "/books/courier?limit=500")
    return next(one["order_no"] for one in books["orders"] if one["waybill_no"] == waybill_no)


async def test_originals_are_fetched_and_the_document_is_brought(city: City):
    citizen = await city.citizen()
    answers = {
        "card_expiry": "2026-12-01",
        "reuse_photo": True,
        "pickup_address": ADDRESS,
        "delivery_address": ADDRESS,
    }
    case_id = await submitted(city, citizen, "HUZHENG-001", answers, branch="XC")
    await (await city.officer("XC-HUZHENG-1")).accept(case_id)

    async def fetched() -> bool | None:
        directions = {one["direction"] for one in await citizen.shipments(case_id)}
        return directions == {"from_applicant"} or None

    await until("上门取件", fetched)
    await (await city.officer("XC-HUZHENG-2")).approve(case_id, "同意")
    await paid(city, citizen, case_id)
    await (await city.officer("XC-HUZHENG-1")).produce(case_id)
    await citizen.when(case_id, "completed", within=60)


async def test_booking_ends_at_once(city: City):
    citizen = await city.citizen()
    answers = {"station_code": "XC-1", "biz_type": "身份证", "visit_date": "2026-12-01", "time_slot": "上午"}
    case_id = await drafted(citizen, "HUZHENG-046", answers, window="W-XC-01")
    await citizen.submit(case_id)
    assert (await citizen.case(case_id))["state"] == "completed"


async def test_fine_is_looked_up_at_the_issuing_system_and_paid(city: City):
    await city.platform.control(
        "PUT",
        "/fines/decisions/6101031234567890",
        {"amount_cents": 20000, "status": "OPEN", "reason": "超速"},
    )
    citizen = await city.citizen()
    answers = {"decision_no": "6101031234567890", "payer_name": "赵小雨", "pay_channel": "银行柜面"}
    case_id = await drafted(citizen, "JIAOJING-021", answers)
    await citizen.submit(case_id)
    order = await citizen.order_to_pay(case_id)
    assert order["amount_cents"] == 20000
    await city.bank.pay(await citizen.start_payment(order["id"]))
    await citizen.when(case_id, "completed")


async def test_form_errors_come_all_at_once_with_their_paths(city: City):
    citizen = await city.citizen()
    case_id = await drafted(
        citizen, "HUZHENG-003", {"lost_date": "never", "loss_cause": "被狗吃了"}, branch="XC"
    )
    with pytest.raises(Refused) as refused:
        await citizen.submit(case_id)
    assert refused.value.status == 422
    paths = {error["path"] for error in refused.value.problem["errors"]}
    assert {
        "/answers/lost_date",
        "/answers/loss_cause",
        "/answers/lost_place",
        "/answers/delivery_address",
    } <= paths


async def test_others_do_not_see_a_case(city: City):
    owner, stranger = await city.citizen(), await city.citizen()
    case_id = await drafted(owner, "HUZHENG-003", LOST_CARD, branch="XC")
    for path in ("", "/timeline", "/answers"):
        with pytest.raises(Refused) as refused:
            await stranger.get(f"/api/cases/{case_id}{path}")
        assert refused.value.status == 404


async def test_trace_runs_from_the_gateway_to_the_last_consumer(city: City):
    citizen, case_id = await lost_card_awaiting_payment(city)
    await citizen.order_to_pay(case_id)
    (asked,) = await city.sql(
        "case-svc",
        "SELECT traceparent FROM outbox WHERE key = $1 AND type = 'case.case.payment_requested'",
        case_id,
    )
    (opened,) = await city.sql(
        "payment-svc",
        "SELECT traceparent FROM outbox WHERE type = 'payment.order.opened' AND convert_from(payload, 'UTF8') LIKE $1",
        f"%{case_id}%",
    )
    assert asked["traceparent"].split("-")[1] == opened["traceparent"].split("-")[1]
