"""Receipts as their payers, the police and anybody with the paper in hand see them."""

import io
from uuid import UUID, uuid4

import pytest
from chassis.testing import bearer
from contracts.identity import UnitDefined
from contracts.tokens import Role
from payment_svc.persistence.people import PaymentPeople
from pypdf import PdfReader

from .test_receipts import fiscal, given_back, later, paid, refunded

CHECK = "/api/payments/receipts/check"


@pytest.fixture
async def order(payments):
    """Paid, with its receipt."""
    payments.world.payers[payments.citizen.id] = "赵小雨"
    names = {"name": "雁塔分局户政大队", "name_en": "Yanta Branch, Household Administration"}
    await payments.svc.deliver(
        UnitDefined(code=payments.unit, department=payments.department, branch="YT", **names)
    )
    order = await paid(payments)
    await payments.svc.run_jobs()
    return order


async def listed(payments, order):
    answer = await payments.citizen.get(f"/orders/{order['id']}/receipts")
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def checked(payments, receipt, **changed):
    asked = {
        "code": receipt["receipt_code"], "number": receipt["receipt_no"], "check_code": receipt["check_code"]
    } | changed  # fmt: skip
    answer = await payments.svc.client.get(CHECK, params=asked)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return answer.json()


async def pdf(payments, receipt, token):
    return await payments.svc.client.get(f"/api/payments/receipts/{receipt['id']}/pdf", headers=bearer(token))


def text_of(answer) -> str:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    return "".join(PdfReader(io.BytesIO(answer.content)).pages[0].extract_text().split())


async def test_payer_lists_the_receipts_of_an_order(payments, order):
    (blue,) = await listed(payments, order)
    assert (blue["kind"], blue["state"], blue["amount_yuan"]) == ("blue", "issued", "20.00")
    assert blue["pdf_url"] == f"/api/payments/receipts/{order['id']}/pdf"
    assert f"number={blue['receipt_no']}" in blue["check_url"]

    await refunded(payments, order)
    await later(payments)
    blue, red = await listed(payments, order)
    assert (blue["reversed_cents"], red["kind"], red["reverses_no"]) == (2000, "red", blue["receipt_no"])
    assert (await checked(payments, blue))["verdict"] == "reversed"
    assert "红字" in text_of(await pdf(payments, red, payments.citizen.token))


async def test_unpaid_order_has_no_receipt_and_one_not_issued_yet_says_so(payments):
    assert await listed(payments, await payments.opened()) == []
    await fiscal(payments, down=True)
    (owed,) = await listed(payments, await paid(payments))
    assert (owed["state"], owed["receipt_no"], owed["pdf_url"]) == ("requested", None, None)
    answer = await pdf(payments, owed, payments.citizen.token)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/receipt-not-issued")


async def test_payer_gets_the_paper_with_their_name(payments, order):
    (blue,) = await listed(payments, order)
    answer = await pdf(payments, blue, payments.citizen.token)
    text = text_of(answer)
    for expected in ("赵小雨", blue["receipt_no"], blue["check_code"], "贰拾元整", "雁塔分局户政大队"):
        assert expected in text
    assert answer.headers["cache-control"] == "private, no-store"
    assert payments.world.looks == [{"account_id": str(payments.citizen.id), "why": "receipt"}]


async def test_look_of_an_officer_is_told_with_the_officer(payments, order):
    officer = uuid4()
    token = payments.tokens.officer(
        officer, unit=payments.unit, department=payments.department, roles=(Role.OFFICER,)
    )
    (blue,) = await listed(payments, order)
    assert "赵小雨" in text_of(await pdf(payments, blue, token))
    assert payments.world.looks[-1]["officer_id"] == str(officer)


async def test_without_a_name_there_is_no_paper_until_it_can_be_read(payments, order):
    (blue,) = await listed(payments, order)
    name = payments.world.payers.pop(payments.citizen.id)
    answer = await pdf(payments, blue, payments.citizen.token)
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/payer-unavailable")
    payments.world.payers[payments.citizen.id] = name
    assert name in text_of(await pdf(payments, blue, payments.citizen.token))


async def test_paper_of_an_erased_account_says_so_in_place_of_the_name(payments, order):
    payments.world.payers[payments.citizen.id] = None
    (blue,) = await listed(payments, order)
    assert "已注销账号" in text_of(await pdf(payments, blue, payments.citizen.token))


async def test_record_that_was_changed_is_no_receipt_any_more(payments, order):
    (blue,) = await listed(payments, order)
    await payments.svc.service.pool.execute("UPDATE receipt SET amount_cents = amount_cents + 1")
    answer = await pdf(payments, blue, payments.citizen.token)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/receipt-altered")
    assert (await checked(payments, blue))["verdict"] == "unknown"


async def test_anybody_checks_a_receipt_by_its_three_numbers(payments, order):
    (blue,) = await listed(payments, order)
    found = await checked(payments, blue)
    assert (found["verdict"], found["amount_cents"], found["purpose"]) == ("valid", 2000, "居民身份证工本费")
    assert found["unit"] == "雁塔分局户政大队"
    assert await checked(payments, blue, check_code=f" {blue['check_code'].upper()} ") == found
    for wrong in ({"check_code": "xxxxxx"}, {"number": "9999999999"}, {"code": "1"}, {"check_code": ""}):
        assert await checked(payments, blue, **wrong) == {**dict.fromkeys(found), "verdict": "unknown"}


async def test_what_was_given_back_is_told_before_its_red_receipt_is_there(payments, order):
    (blue,) = await listed(payments, order)
    await fiscal(payments, down=True)
    await given_back(payments, order, 500)
    found = await checked(payments, blue)
    assert (found["verdict"], found["reversed_cents"]) == ("partly_reversed", 500)

    await fiscal(payments)
    await later(payments)
    red = next(one for one in await listed(payments, order) if one["kind"] == "red")
    assert ((await checked(payments, red))["verdict"], red["reverses_no"]) == ("red", blue["receipt_no"])


async def test_page_answers_in_words_and_knows_nothing_of_the_payer(payments, order):
    (blue,) = await listed(payments, order)
    page = (await payments.svc.client.get("/receipts/check")).text
    assert 'class="verdict' not in page and page.count("<label") == 3
    asked = {name.split("=")[0]: name.split("=")[1] for name in blue["check_url"].split("?")[1].split("&")}
    answer = await payments.svc.client.get("/receipts/check", params=asked)
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert "票据有效" in answer.text and "20.00 元" in answer.text and "赵小雨" not in answer.text

    for odd in ("<script>x</script>", "%00", "’; --", "\ud7ff", "é" * 40):
        unknown = await payments.svc.client.get("/receipts/check", params=asked | {"code": odd})
        assert (unknown.status_code, "未查到票据" in unknown.text) == (200, True)
        assert "<script>" not in unknown.text


async def test_receipts_of_others_are_not_there(payments, order):
    stranger = payments.tokens.citizen(uuid4())
    answer = await pdf(payments, {"id": UUID(order["id"])}, stranger)
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/receipt-not-found")
    assert (await pdf(payments, {"id": order["id"]}, payments.tokens.operator())).status_code == 403


async def test_export_of_a_person_has_their_receipts(payments, order):
    (blue,) = await listed(payments, order)
    async with payments.svc.uow() as uow:
        page = await PaymentPeople().export(uow, payments.citizen.id, None)
    (record,) = page.records
    (receipt,) = record.data["receipts"]
    assert (receipt["number"], receipt["kind"]) == (blue["receipt_no"], "blue")
