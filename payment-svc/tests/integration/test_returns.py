"""The page on which the payer's browser lands: a hint, upon which the bank is asked; never a verdict of its own."""

import re
from html import unescape
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest
from chassis.testing import bearer

WAYS = [("bank", "web"), ("wechat_pay", "mobile"), ("alipay", "web"), ("alipay", "mobile"), ("ccb", "web")]
BACK = re.compile(r'href="([^"]+)">返回商户')


class Payer:
    """A browser without a log-in."""

    def __init__(self, payments, channel, scene):
        self.payments, self.world = payments, payments.world
        self.world.channel, self.scene = channel, scene

    async def begins(self, order):
        """Opens the provider's page; its cashier's address."""
        body = {"channel": self.world.channel, "scene": self.scene}
        answer = await self.payments.citizen.post(f"/orders/{order['id']}/attempts", body)
        assert answer.status_code == 201, answer.text
        self.attempt, url = answer.json(), answer.json()["pay_url"]
        return await self.world.open(url) if self.world.channel in ("alipay", "ccb") else url

    async def comes_back(self, cashier):
        """Along the link that the cashier shows."""
        page = (await self.world.http.get(cashier)).text
        return unescape(BACK.search(page)[1])

    async def sees(self, address):
        parts = urlsplit(address)
        answer = await self.payments.svc.client.get(f"{parts.path}?{parts.query}")
        assert answer.status_code == 200, answer.text
        return answer

    def address(self, number=None):
        number = number or UUID(self.attempt["id"]).hex
        return f"/pay/return/{self.world.channel}/treasury/{number}"


@pytest.mark.parametrize("channel, scene", WAYS)
async def test_whoever_paid_sees_it_at_once_without_any_notice(payments, channel, scene):
    payer, order = Payer(payments, channel, scene), await payments.opened()
    cashier = await payer.begins(order)
    await payments.world.fault(lose_next=-1)
    await payments.world.pay(cashier)
    page = await payer.sees(await payer.comes_back(cashier))
    assert "支付成功" in page.text and "20.00 元" in page.text
    assert "http-equiv" not in page.text, "settled: no need to look again"
    assert f'href="/?case={order["case_id"]}"' in page.text
    assert (await payments.citizen.order(order["id"]))["state"] == "paid"


async def test_before_the_bank_knows_anything_it_is_being_checked_and_looks_again(payments):
    payer = Payer(payments, "bank", "web")
    await payer.begins(await payments.opened())
    page = (await payer.sees(payer.address())).text
    assert "正在与银行核对" in page and 'http-equiv="refresh" content="3"' in page
    assert "失败" not in page and "fail" not in page.lower()


async def test_a_bank_that_is_down_is_no_verdict(payments):
    payer = Payer(payments, "bank", "web")
    cashier = await payer.begins(await payments.opened())
    await payments.world.fault(lose_next=-1)
    await payments.world.pay(cashier)
    await payments.world.fault(down=True)
    page = (await payer.sees(payer.address())).text
    assert "正在与银行核对" in page and "请勿重复支付" in page


async def test_a_provider_that_is_down_does_not_hide_what_another_one_took(payments):
    order = await payments.opened()
    await payments.citizen.start(order["id"])
    await payments.world.fault(down=True)
    payer = Payer(payments, "alipay", "web")
    cashier = await payer.begins(order)
    await payments.world.fault(lose_next=-1)
    await payments.world.pay(cashier)
    assert "支付成功" in (await payer.sees(payer.address())).text


async def test_an_order_that_ended_unpaid_is_not_called_failed(payments):
    payer, order = Payer(payments, "bank", "web"), await payments.opened()
    await payer.begins(order)
    await payments.expired(order["id"])
    page = (await payer.sees(payer.address())).text
    assert "订单已结束" in page and "http-equiv" not in page


async def test_money_that_fits_nothing_is_said_to_be_looked_at(payments):
    payer, order = Payer(payments, "bank", "web"), await payments.opened()
    cashier = await payer.begins(order)
    await payments.world.fault(wrong_amount_next=1)
    await payments.world.pay(cashier)
    await payments.world.delivered()
    assert "正在人工核对" in (await payer.sees(payer.address())).text


async def test_what_went_back_is_said_to_have_gone_back(payments):
    payer, order = Payer(payments, "bank", "web"), await payments.opened()
    await payments.world.pay(await payer.begins(order))
    await payments.world.delivered()
    await payments.withdrawn(order["case_id"])
    assert "正在原路退回" in (await payer.sees(payer.address())).text


@pytest.mark.parametrize(
    "tail", ["bank/treasury/{other}", "bank/treasury/x", "bank/nobody/{own}", "nobank/treasury/{own}",
             "bank/postal/{own}", "alipay/treasury/{own}", "ccb/treasury", "ccb/treasury?ORDERID={own}&SIGN=00",
             "bank/treasury", "alipay/treasury/{own}?out_trade_no={own}&sign=AAAA&sign_type=RSA2",
             "alipay/treasury/{own}?a=1&a=2"],
)  # fmt: skip
async def test_what_proves_nothing_shows_nothing(payments, tail):
    payer = Payer(payments, "bank", "web")
    await payer.begins(await payments.opened())
    own, other = UUID(payer.attempt["id"]).hex, uuid4().hex
    page = (await payer.sees("/pay/return/" + tail.format(own=own, other=other))).text
    assert "无法显示支付结果" in page
    assert "20.00" not in page and "?case=" not in page


@pytest.mark.parametrize("channel", ["alipay", "ccb"])
async def test_a_signed_return_that_was_altered_shows_nothing(payments, channel):
    payer, order = Payer(payments, channel, "web"), await payments.opened()
    cashier = await payer.begins(order)
    await payments.world.pay(cashier)
    true = await payer.comes_back(cashier)
    altered = true.replace("20.00", "10.00")
    assert altered != true
    assert "无法显示支付结果" in (await payer.sees(altered)).text


async def test_a_signed_return_of_another_payment_does_not_open_this_one(payments):
    payer = Payer(payments, "alipay", "web")
    cashier = await payer.begins(await payments.opened())
    await payments.world.pay(cashier)
    query = urlsplit(await payer.comes_back(cashier)).query
    await payer.begins(await payments.opened())
    assert "无法显示支付结果" in (await payer.sees(f"{payer.address()}?{query}")).text


async def test_the_page_says_nothing_of_people_and_is_kept_nowhere(payments):
    payer = Payer(payments, "bank", "web")
    await payer.begins(await payments.opened())
    answer = await payer.sees(payer.address())
    assert str(payments.citizen.id) not in answer.text and "HZ2026" not in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "<script" not in answer.text


async def test_a_log_in_makes_no_difference(payments):
    payer = Payer(payments, "bank", "web")
    await payer.begins(await payments.opened())
    answer = await payments.svc.client.get(payer.address(), headers=bearer(payments.tokens.citizen(uuid4())))
    assert "正在与银行核对" in answer.text
