"""Alipay's notices: what is signed, in which bytes, how old, and what they say of money."""

from datetime import timedelta
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from .alipay_hand import AlipayHand, beijing

STALE = timedelta(minutes=10)


@pytest.fixture
def alipay(payments):
    return AlipayHand(payments)


async def test_values_are_signed_before_they_are_url_encoded(payments, alipay):
    order = await payments.opened()
    number = await alipay.number_of_attempt(order["id"])
    answer = await alipay.post(alipay.signed(alipay.success(number, body="a=1&b=%20+\n中文")))
    assert (answer.status_code, answer.content) == (200, b"success")
    assert (await payments.citizen.order(order["id"]))["state"] == "paid"


async def test_empty_values_are_in_the_signed_text(payments, alipay):
    order = await payments.opened()
    number = await alipay.number_of_attempt(order["id"])
    assert (await alipay.post(alipay.signed(alipay.success(number, body="")))).status_code == 200
    assert (await payments.citizen.order(order["id"]))["state"] == "paid"


@pytest.mark.parametrize("charset", ["GBK", "gb2312", "utf-8"])
async def test_notice_is_read_in_the_charset_it_names(payments, alipay, charset):
    order = await payments.opened()
    number = await alipay.number_of_attempt(order["id"])
    await alipay.post(alipay.signed(alipay.success(number, charset=charset)))
    assert await alipay.outcomes() == ["applied"]


async def test_sandboxs_notice_in_gbk_is_applied(payments, alipay):
    order = await payments.opened()
    await alipay.fault(gbk_next=1)
    await alipay.paid(order["id"])
    await alipay.delivered()
    assert (await payments.citizen.order(order["id"]))["state"] == "paid"


def _without(name):
    return lambda body: b"&".join(part for part in body.split(b"&") if not part.startswith(name + b"="))


@pytest.mark.parametrize(
    "break_it",
    [
        _without(b"sign"),
        _without(b"sign_type"),
        _without(b"notify_time"),
        lambda body: body.replace(b"20.00", b"20.01"),
        lambda body: body.replace(b"sign_type=RSA2", b"sign_type=RSA"),
        lambda body: body + b"&total_amount=0.01",
        lambda body: body + b"&extra=",
        lambda body: b"",
        lambda body: b"{}",
    ],
    ids=["no sign", "no type", "field gone", "amount", "SHA-1", "twice", "added", "empty", "json"],
)
async def test_what_alipay_did_not_sign_is_refused_and_not_kept(alipay, break_it):
    body = break_it(alipay.signed(alipay.success(uuid4().hex)))
    answer = await alipay.post(body)
    assert (answer.status_code, answer.content) == (401, b"fail")
    assert await alipay.outcomes() == []


async def test_strangers_key_is_refused(alipay):
    stranger = generate_private_key(65537, 2048)
    assert (await alipay.post(alipay.signed(alipay.success(uuid4().hex), key=stranger))).status_code == 401


async def test_forged_and_dropped_deliveries_are_made_good_by_the_schedule(payments, alipay):
    order = await payments.opened()
    await payments.world.control("PATCH", "/settings", {"time_scale": 0})
    await alipay.fault(forge_next=2, drop_next=1)
    await alipay.paid(order["id"])
    await alipay.delivered()
    assert (await payments.citizen.order(order["id"]))["state"] == "paid"


async def test_finished_after_success_is_a_repeat(payments, alipay):
    order = await payments.opened()
    number = await alipay.paid(order["id"])
    await payments.world.control("POST", f"/alipay/orders/{number}/finish")
    await alipay.delivered()
    assert sorted(await alipay.outcomes()) == ["applied", "repeat"]
    assert len((await payments.citizen.order(order["id"]))["money"]) == 1


async def test_finished_alone_pays_too(payments, alipay):
    order = await payments.opened()
    number = await alipay.number_of_attempt(order["id"])
    await alipay.post(alipay.signed(alipay.success(number, trade_status="TRADE_FINISHED")))
    assert await alipay.outcomes() == ["applied"]


@pytest.mark.parametrize("status", ["TRADE_CLOSED", "WAIT_BUYER_PAY", "SOMETHING_NEW"])
async def test_any_other_status_is_no_payment(payments, alipay, status):
    order = await payments.opened()
    number = await alipay.number_of_attempt(order["id"])
    await alipay.post(alipay.signed(alipay.success(number, trade_status=status)))
    assert await alipay.outcomes() == ["says_nothing"]
    assert (await payments.citizen.order(order["id"]))["state"] == "open"


async def test_refund_told_as_success_is_no_second_payment(payments, alipay):
    order = await payments.opened()
    number = await alipay.number_of_attempt(order["id"])
    first = alipay.success(number)
    await alipay.post(alipay.signed(first))
    refund = {"notify_id": uuid4().hex, "refund_fee": "5.00", "out_biz_no": uuid4().hex}
    for told in (refund, refund | {"notify_id": uuid4().hex, "trade_no": "2026other"}):
        assert (await alipay.post(alipay.signed(first | told))).status_code == 200
    assert await alipay.outcomes() == ["applied", "says_nothing", "says_nothing"]
    assert len((await payments.citizen.order(order["id"]))["money"]) == 1


@pytest.mark.parametrize("amount", ["20.01", "19.99", "0.01", "2000"])
async def test_another_amount_is_held(payments, alipay, amount):
    order = await payments.opened()
    number = await alipay.number_of_attempt(order["id"])
    await alipay.post(alipay.signed(alipay.success(number, total_amount=amount)))
    assert [one["what"] for one in await payments.anomalies("held")] == ["wrong_amount"]
    assert (await payments.citizen.order(order["id"]))["state"] == "open"


@pytest.mark.parametrize("amount", ["20", "20.0", "20.00"])
async def test_yuan_are_read_exactly_however_written(payments, alipay, amount):
    order = await payments.opened()
    number = await alipay.number_of_attempt(order["id"])
    await alipay.post(alipay.signed(alipay.success(number, total_amount=amount)))
    assert (await payments.citizen.order(order["id"]))["state"] == "paid"


@pytest.mark.parametrize(
    "changes", [{"seller_id": "2088999999999999"}, {"app_id": "2021999999999999"}], ids=["seller", "app"]
)
async def test_money_of_another_seller_or_application_is_held(payments, alipay, changes):
    order = await payments.opened()
    number = await alipay.number_of_attempt(order["id"])
    await alipay.post(alipay.signed(alipay.success(number, **changes)))
    assert [one["what"] for one in await payments.anomalies("held")] == ["wrong_merchant"]


@pytest.mark.parametrize(
    "changes",
    [
        {"total_amount": "20.001"},
        {"total_amount": "-20.00"},
        {"total_amount": "２０.00"},
        {"total_amount": "1e3"},
        {"total_amount": None},
        {"trade_no": None},
        {"trade_no": "x\x00y"},
        {"seller_id": None},
        {"notify_id": None},
        {"trade_status": None},
        {"out_trade_no": "x" * 500},
        {"charset": "ebcdic"},
    ],
    ids=str,
)
async def test_authentic_notice_nobody_can_read_is_kept_and_acknowledged(payments, alipay, changes):
    body = alipay.signed(alipay.success(uuid4().hex, **changes))
    answers = [await alipay.post(body), await alipay.post(body)]
    assert [answer.content for answer in answers] == [b"success"] * 2
    assert await alipay.outcomes() == ["unreadable"]


async def test_same_notice_again_changes_nothing(payments, alipay):
    order = await payments.opened()
    number = await alipay.number_of_attempt(order["id"])
    body = alipay.signed(alipay.success(number))
    assert [(await alipay.post(body)).status_code for _ in range(3)] == [200] * 3
    assert await alipay.outcomes() == ["applied"]
    assert len((await payments.citizen.order(order["id"]))["money"]) == 1


async def test_old_notice_nobody_knows_moves_no_money_until_alipay_says_the_same(payments, alipay):
    order = await payments.opened()
    await alipay.fault(stale_next=1)
    await alipay.paid(order["id"])
    await alipay.delivered()
    assert await alipay.outcomes() == ["unconfirmed"]
    assert (await payments.citizen.order(order["id"]))["state"] == "open"

    await payments.svc.run_jobs()
    assert await alipay.outcomes() == ["applied"]
    assert (await payments.citizen.order(order["id"]))["state"] == "paid"


@pytest.mark.parametrize("when", [None, "soon", STALE], ids=["none", "no time", "future"])
async def test_notice_that_does_not_say_when_it_was_sent_needs_the_query_too(payments, alipay, when):
    when = (
        beijing(-when) if when == STALE else when
    )  # by the clock of this test, not of when it was collected
    order = await payments.opened()
    number = await alipay.number_of_attempt(order["id"])
    assert (await alipay.post(alipay.signed(alipay.success(number, notify_time=when)))).status_code == 200
    assert await alipay.outcomes() == ["unconfirmed"]


async def test_old_notice_that_alipay_denies_waits_and_then_contradicts(payments, alipay):
    order = await payments.opened()
    number, _ = await alipay.opened(order["id"])
    await alipay.post(alipay.signed(alipay.success(number, notify_time=beijing(STALE))))
    await payments.svc.run_jobs()
    assert await alipay.outcomes() == ["unconfirmed"]

    async with payments.svc.uow() as uow:
        await uow.execute("UPDATE notice SET received_at = received_at - interval '2 hours'")
        await uow.execute("UPDATE job SET run_at = now() WHERE kind = 'payment.confirm_notice'")
    await payments.svc.run_jobs()
    assert await alipay.outcomes() == ["contradiction"]
    assert (await payments.citizen.order(order["id"]))["state"] == "open"
    assert [one["what"] for one in await payments.anomalies("notice")] == ["contradiction"]


async def test_old_notice_of_another_sum_than_alipay_answers_is_a_contradiction(payments, alipay):
    order = await payments.opened()
    await alipay.fault(lose_next=1)
    number = await alipay.paid(order["id"])
    told = alipay.success(number, notify_time=beijing(STALE), total_amount="0.01")
    await alipay.post(alipay.signed(told))
    await payments.svc.run_jobs()
    assert await alipay.outcomes() == ["contradiction"]
    (money,) = (await payments.citizen.order(order["id"]))["money"]
    assert (money["state"], money["amount_cents"]) == ("applied", 2000)


async def test_old_repeat_of_what_was_booked_asks_nobody(payments, alipay):
    order = await payments.opened()
    number = await alipay.number_of_attempt(order["id"])
    first = alipay.success(number)
    await alipay.post(alipay.signed(first))
    await alipay.fault(down=True)
    again = first | {"notify_id": uuid4().hex, "notify_time": beijing(STALE)}
    await alipay.post(alipay.signed(again))
    assert await alipay.outcomes() == ["applied", "repeat"]


async def test_old_notice_came_while_alipay_is_down_is_asked_about_again(payments, alipay):
    order = await payments.opened()
    await alipay.fault(stale_next=1)
    await alipay.paid(order["id"])
    await alipay.delivered()
    await alipay.fault(down=True)
    await payments.svc.run_jobs()
    assert await alipay.outcomes() == ["unconfirmed"]

    await alipay.fault()
    await payments.let_pass(order["id"], timedelta(minutes=10))
    await payments.svc.run_jobs()
    assert (await payments.citizen.order(order["id"]))["state"] == "paid"
    assert await alipay.outcomes() == ["applied"]


async def test_number_we_never_made_asks_nobody(payments, alipay):
    await alipay.post(alipay.signed(alipay.success(uuid4().hex, notify_time=beijing(STALE))))
    assert await alipay.outcomes() == ["unmatched"]
    async with payments.svc.uow() as uow:
        assert await uow.fetchval("SELECT count(*) FROM job WHERE kind = 'payment.confirm_notice'") == 0
