"""Paying by Alipay: pages, codes, queries, refunds, and what python-alipay-sdk says of our requests."""

from datetime import timedelta
from uuid import UUID

import httpx2
import pytest
from alipay import AliPay
from payment_svc.application.channel_port import Closing, RefundRequest
from payment_svc.domain.errors import ChannelDown, ChannelRefused
from payment_svc.domain.payees import Payee
from payment_svc.domain.readings import PaymentStatus, RefundStatus

from .alipay_hand import AlipayHand, params_of


@pytest.fixture
def alipay(payments):
    return AlipayHand(payments)


@pytest.fixture
def channel(payments):
    return payments.svc.service.state.use_cases.channels.of("alipay", Payee.TREASURY)


def refund_of(number, trade_no, cents=2000, request_no="b" * 32):
    return RefundRequest(request_no, number, trade_no, cents, 2000, "办件已撤回，费用退回")


@pytest.mark.parametrize("scene", ["web", "mobile"])
async def test_page_is_opened_paid_told_and_applied(payments, alipay, scene):
    order = await payments.opened()
    await alipay.paid(order["id"], scene)
    await alipay.delivered()
    paid = await payments.citizen.order(order["id"])
    assert (paid["state"], paid["paid_channel"]) == ("paid", "alipay")
    assert [money["amount_cents"] for money in paid["money"]] == [2000]
    (notice,) = await payments.world.notices(partner="alipay")
    assert (notice["state"], notice["deliveries"][0]["answer"]) == ("ACKED", "success")


async def test_code_is_scanned_paid_and_applied(payments, alipay):
    order = await payments.opened()
    attempt = await alipay.start(order["id"], "qr")
    assert attempt["qr_content"] and not attempt["pay_url"]
    await payments.world.control("POST", f"/alipay/orders/{UUID(attempt['id']).hex}/pay")
    await alipay.delivered()
    assert (await payments.citizen.order(order["id"]))["state"] == "paid"


async def test_sdk_accepts_what_our_pages_sign(payments, alipay):
    """With our own key in the place of Alipay's: the SDK verifies, and we sign."""
    order = await payments.opened(amount_cents=2050)
    keys = payments.world.keys
    oracle = AliPay(
        appid="2021006101000001",
        app_private_key_string=(keys / "alipay.private.pem").read_text(),
        alipay_public_key_string=(keys / "alipay-app.public.pem").read_text(),
    )
    params = params_of((await alipay.start(order["id"]))["pay_url"])
    assert '"total_amount":"20.50"' in params["biz_content"]
    assert params["notify_url"].endswith("/webhooks/payments/alipay/treasury")
    signature = params.pop("sign")
    text = "&".join(f"{name}={params[name]}" for name in sorted(params))
    assert oracle._verify(text, signature)
    assert not oracle._verify(text.replace("20.50", "20.51"), signature)


async def test_page_that_nobody_opened_is_unknown_to_alipay(payments, alipay, channel):
    order = await payments.opened()
    number = await alipay.number_of_attempt(order["id"])
    assert (await channel.query(number)).status is PaymentStatus.ABSENT
    assert await channel.close(number) is Closing.CLOSED


async def test_open_trade_is_pending_and_can_be_closed(payments, alipay, channel):
    number, _ = await alipay.opened((await payments.opened())["id"])
    assert (await channel.query(number)).status is PaymentStatus.PENDING
    assert await channel.close(number) is Closing.CLOSED
    assert (await channel.query(number)).status is PaymentStatus.CLOSED


async def test_paid_trade_is_not_closed_and_its_query_tells_the_money(payments, alipay, channel):
    number = await alipay.paid((await payments.opened())["id"])
    assert await channel.close(number) is Closing.PAID
    reading = await channel.query(number)
    assert (reading.status, reading.amount_cents, reading.currency) == (PaymentStatus.SUCCEEDED, 2000, "CNY")
    assert reading.merchant_id == channel.merchant_id and reading.paid_at is not None


async def test_lost_notice_is_found_by_a_query(payments, alipay):
    order = await payments.opened()
    await alipay.fault(lose_next=1)
    await alipay.paid(order["id"])
    assert (await payments.citizen.check(order["id"])).json()["state"] == "paid"


async def test_expired_order_is_closed_there_and_late_money_goes_back(payments, alipay):
    order = await payments.opened()
    number, _ = await alipay.opened(order["id"])
    await payments.expired(order["id"])
    (at_alipay,) = (await payments.world.control("GET", f"/books/alipay?out_trade_no={number}"))["orders"]
    assert at_alipay["state"] == "CLOSED"
    assert (await payments.citizen.order(order["id"]))["state"] == "expired"

    await payments.world.control("POST", f"/alipay/orders/{number}/capture")
    await alipay.delivered()
    await payments.svc.run_jobs()
    (money,) = (await payments.citizen.order(order["id"]))["money"]
    assert money["state"] == "refunded"
    assert (await payments.world.control("GET", "/books/alipay"))["sums"]["refunded_cents"] == 2000


async def test_withdrawn_case_is_refunded_once_though_the_answer_was_lost(payments, alipay):
    order = await payments.opened()
    await alipay.paid(order["id"])
    await alipay.delivered()
    await payments.withdrawn(order["case_id"])
    await alipay.fault(lost_answer_next=1)
    await payments.svc.run_jobs()
    await payments.let_pass(order["id"], timedelta(minutes=10))
    await payments.svc.run_jobs()
    assert (await payments.citizen.order(order["id"]))["state"] == "refunded"
    assert (await payments.world.control("GET", "/books/alipay"))["sums"]["refunds"] == 1


async def test_refund_is_done_when_funds_changed_and_known_again_afterwards(payments, alipay, channel):
    number = await alipay.paid((await payments.opened())["id"])
    trade_no = (await channel.query(number)).transaction_id
    assert (await channel.query_refund("b" * 32, number)).status is RefundStatus.ABSENT
    first = await channel.refund(refund_of(number, trade_no, 500))
    second = await channel.refund(refund_of(number, trade_no, 700, "c" * 32))
    again = await channel.refund(refund_of(number, trade_no, 500))
    assert [(one.status, one.amount_cents) for one in (first, second, again)] == [
        (RefundStatus.SUCCEEDED, 500),
        (RefundStatus.SUCCEEDED, 700),
        (RefundStatus.SUCCEEDED, 500),
    ]
    assert (await channel.query_refund("c" * 32, number)).amount_cents == 700
    with pytest.raises(ChannelRefused):
        await channel.refund(refund_of(number, trade_no, 900, "d" * 32))


async def test_repeat_with_another_sum_is_refused(payments, alipay, channel):
    number = await alipay.paid((await payments.opened())["id"])
    trade_no = (await channel.query(number)).transaction_id
    await channel.refund(refund_of(number, trade_no, 500))
    with pytest.raises(ChannelRefused):
        await channel.refund(refund_of(number, trade_no, 600))


@pytest.mark.parametrize("fault", [{"down": True}, {"http_500_next": 1}, {"lost_answer_next": 1}])
async def test_without_a_proven_answer_nothing_is_known(alipay, channel, fault):
    await alipay.fault(**fault)
    with pytest.raises(ChannelDown):
        await channel.query("a" * 32)


ANSWERS = {
    "unsigned": b'{"alipay_trade_query_response":{"code":"10000","trade_status":"TRADE_SUCCESS"}}',
    "forged": b'{"alipay_trade_query_response":{"code":"10000"},"sign":"AAAA"}',
    "not base64": b'{"alipay_trade_query_response":{"code":"10000"},"sign":"!"}',
    "not json": b"<html>",
    "empty": b"",
    "a list": b"[1]",
    "an empty object": b"{}",
    "cut off": b'{"alipay_trade_query_response":{"code":"10000"},',
    "not utf-8": b"\xff\xfe",
    "too deep": b'{"a":' + b"[" * 100_000,
    "a number in its place": b'{"alipay_trade_query_response":1,"sign":"AAAA"}',
}


@pytest.mark.parametrize("answer", ANSWERS)
async def test_answer_that_is_not_alipays_is_no_answer(channel, monkeypatch, answer):
    async def answers(*_args, **_options):
        return 200, httpx2.Headers(), ANSWERS[answer]

    monkeypatch.setattr(channel._client._pool, "call", answers)
    with pytest.raises(ChannelDown):
        await channel.query("a" * 32)


async def test_true_answer_about_another_trade_is_no_answer(payments, alipay, channel, monkeypatch):
    number = await alipay.paid((await payments.opened())["id"])
    pool = channel._client._pool
    ask = pool.call

    async def asks_about_the_paid_one(method, url, body, headers, **options):
        params = channel._client._signed("alipay.trade.query", {"out_trade_no": number}, {})
        return await ask(method, url.update_query(params), b"", headers, **options)

    monkeypatch.setattr(pool, "call", asks_about_the_paid_one)
    with pytest.raises(ChannelDown):
        await channel.query("a" * 32)
