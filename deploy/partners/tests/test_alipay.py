"""Alipay's gateway and notices, held against python-alipay-sdk, which knows nothing of this sandbox."""

import json
from datetime import datetime
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from alipay import AliPay
from partners.clock import SHANGHAI


def beijing():
    """The SDK would take the machine's own time zone."""
    return datetime.now(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")


APP, SELLER = "2021006101000001", "2088006101000001"


class Merchant:
    """What the SDK signs, carried over the test's own client."""

    def __init__(self, caller):
        self.caller = caller
        self.sdk = AliPay(
            appid=APP,
            app_notify_url=f"{caller.receiver.url}/alipay",
            app_private_key_string=(caller.keys / "alipay-app.private.pem").read_text(),
            alipay_public_key_string=(caller.keys / "alipay.public.pem").read_text(),
        )

    async def raw(self, method, **content):
        body = self.sdk.client_api(
            method, content, notify_url=f"{self.caller.receiver.url}/alipay", timestamp=beijing()
        )
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = await self.caller.http.post("/alipay/gateway.do", content=body, headers=headers)
        assert answer.status_code == 200
        return answer.text

    async def call(self, method, **content):
        """The answer, verified by the SDK."""
        raw = await self.raw(method, **content)
        return self.sdk._verify_and_return_sync_response(raw, method.replace(".", "_") + "_response")

    async def opened(self, number=None, amount="20.00", **more):
        """A trade that the payer has begun on a PC; its number and its cashier."""
        number = number or uuid4().hex
        url = self.sdk.api_alipay_trade_page_pay("居民身份证工本费 & 快递=1", number, amount, **more)
        page = await self.caller.http.get(f"/alipay/gateway.do?{url}")
        assert page.status_code == 302, page.text
        return number, page.headers["location"].removeprefix("http://sandbox")

    async def paid(self, **options):
        number, cashier = await self.opened(**options)
        assert (await self.caller.http.post(f"{cashier}/pay")).status_code == 200
        return number


@pytest.fixture
def merchant(caller):
    return Merchant(caller)


@pytest.fixture(autouse=True)
async def receiver(receiver):
    """Acknowledges as Alipay wants it."""
    app = web.Application()

    async def take(request):
        await receiver.take(request)
        return web.Response(text="success")

    app.router.add_post("/webhooks/{partner}", take)
    receiver.url = ""
    server = TestServer(app)
    await server.start_server()
    receiver.url = f"http://{server.host}:{server.port}/webhooks"
    receiver.answers = [(200, {})] * 1000
    yield receiver
    await server.close()


def fields(notice, encoding="utf-8"):
    return dict(parse_qsl(notice.raw.decode("latin-1"), keep_blank_values=True, encoding=encoding))


async def test_a_page_is_a_trade_only_once_it_was_opened(merchant):
    url = merchant.sdk.api_alipay_trade_wap_pay("工本费", "W0000001", "20.00")
    before = await merchant.call("alipay.trade.query", out_trade_no="W0000001")
    assert (before["code"], before["sub_code"]) == ("40004", "ACQ.TRADE_NOT_EXIST")
    assert (await merchant.caller.http.get(f"/alipay/gateway.do?{url}")).status_code == 302
    after = await merchant.call("alipay.trade.query", out_trade_no="W0000001")
    assert (after["code"], after["trade_status"], after["total_amount"]) == (
        "10000",
        "WAIT_BUYER_PAY",
        "20.00",
    )


async def test_a_code_is_a_trade_only_once_it_was_scanned(merchant):
    created = await merchant.call(
        "alipay.trade.precreate", out_trade_no="Q0000001", total_amount="0.01", subject="测试"
    )
    assert created["qr_code"].startswith("http://sandbox/alipay/cashier/")
    unscanned = await merchant.call("alipay.trade.query", out_trade_no="Q0000001")
    assert unscanned["sub_code"] == "ACQ.TRADE_NOT_EXIST"
    await merchant.caller.control("POST", "/alipay/orders/Q0000001/pay")
    paid = await merchant.call("alipay.trade.query", out_trade_no="Q0000001")
    assert paid["trade_status"] == "TRADE_SUCCESS"
    again = await merchant.call(
        "alipay.trade.precreate", out_trade_no="Q0000001", total_amount="0.01", subject="测试"
    )
    assert again["sub_code"] == "ACQ.TRADE_HAS_SUCCESS"


async def test_a_notice_is_a_form_the_sdk_verifies(merchant, receiver):
    number = await merchant.paid()
    (notice,) = await receiver.wait_for(1)
    told = fields(notice)
    assert told["trade_status"] == "TRADE_SUCCESS" and told["total_amount"] == "20.00"
    assert (told["out_trade_no"], told["seller_id"], told["app_id"]) == (number, SELLER, APP)
    assert told["subject"] == "居民身份证工本费 & 快递=1"
    assert merchant.sdk.verify(told, told.pop("sign"))
    (booked,) = await merchant.caller.all_acked(1)
    assert booked["deliveries"][0]["answer"] == "success"


async def test_a_notice_in_gbk_is_signed_in_gbk(merchant, receiver):
    await merchant.caller.control("PUT", "/faults/alipay", {"gbk_next": 1})
    await merchant.paid()
    (notice,) = await receiver.wait_for(1)
    told = fields(notice, "gbk")
    assert (told["charset"], told["subject"]) == ("GBK", "居民身份证工本费 & 快递=1")
    text = "&".join(f"{name}={told[name]}" for name in sorted(told) if name not in ("sign", "sign_type"))
    from base64 import b64decode

    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    key = load_pem_public_key((merchant.caller.keys / "alipay.public.pem").read_bytes())
    key.verify(b64decode(told["sign"]), text.encode("gbk"), PKCS1v15(), SHA256())


async def test_an_answer_is_signed_as_it_is_written_and_not_as_it_would_be_written_again(merchant):
    await merchant.opened("P0000001")
    raw = await merchant.raw(
        "alipay.trade.precreate", out_trade_no="P0000002", total_amount="1.00", subject="x"
    )
    assert r"http:\/\/sandbox" in raw
    assert merchant.sdk._verify_and_return_sync_response(raw, "alipay_trade_precreate_response")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"app_id": "2021000000000000"}, "isv.invalid-app-id"),
        ({"sign": "AAAA"}, "isv.invalid-signature"),
        ({"sign": "not base64 !"}, "isv.invalid-signature"),
        ({"timestamp": "2020-01-01 00:00:00"}, "isv.invalid-timestamp"),
        ({"timestamp": "today"}, "isv.invalid-timestamp"),
        ({"sign_type": "RSA"}, "isv.invalid-signature-type"),
        ({"method": "alipay.trade.pay"}, "isv.invalid-method"),
        ({"biz_content": '{"out_trade_no":"other01"}'}, "isv.invalid-signature"),
    ],
)
async def test_a_call_that_is_not_ours_is_answered_without_a_signature(merchant, change, expected):
    signed = merchant.sdk.client_api("alipay.trade.query", {"out_trade_no": "P0000001"}, timestamp=beijing())
    form = dict(parse_qsl(signed)) | change
    answer = (await merchant.caller.http.post("/alipay/gateway.do", data=form)).json()
    assert "sign" not in answer
    (inner,) = answer.values()
    assert (inner["code"], inner["sub_code"]) == ("40002", expected)


@pytest.mark.parametrize("amount", ["0", "0.00", "1.001", "-1.00", "1e3", "abc", "1,00", ""])
async def test_an_amount_that_is_no_sum_of_yuan_is_refused(merchant, amount):
    answer = await merchant.call(
        "alipay.trade.precreate", out_trade_no="P0000001", total_amount=amount, subject="x"
    )
    assert answer["sub_code"] == "ACQ.INVALID_PARAMETER"


async def test_a_refund_moves_money_once_whatever_is_asked_again(merchant):
    number = await merchant.paid()
    asked = {"out_trade_no": number, "refund_amount": "5.00", "out_request_no": "R0000001"}
    first = await merchant.call("alipay.trade.refund", **asked)
    assert (first["code"], first["fund_change"], first["refund_fee"]) == ("10000", "Y", "5.00")
    again = await merchant.call("alipay.trade.refund", **asked)
    assert (again["code"], again["fund_change"]) == ("10000", "N")
    second = await merchant.call("alipay.trade.refund", **asked | {"out_request_no": "R0000002"})
    assert (second["fund_change"], second["refund_fee"]) == ("Y", "10.00")  # of the trade, not of this one
    too_much = await merchant.call(
        "alipay.trade.refund", **asked | {"out_request_no": "R3", "refund_amount": "10.01"}
    )
    assert too_much["sub_code"] == "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL"


async def test_a_refund_nobody_asked_for_is_answered_10000_without_a_status(merchant):
    number = await merchant.paid()
    ask = {"out_trade_no": number, "out_request_no": "R0000009"}
    none = await merchant.call("alipay.trade.fastpay.refund.query", **ask)
    assert none["code"] == "10000" and "refund_status" not in none
    await merchant.call("alipay.trade.refund", **ask, refund_amount="20.00")
    done = await merchant.call("alipay.trade.fastpay.refund.query", **ask)
    assert (done["refund_status"], done["refund_amount"]) == ("REFUND_SUCCESS", "20.00")


async def test_part_of_it_back_is_told_as_paid_once_more_and_all_of_it_as_closed(merchant, receiver):
    number = await merchant.paid()
    for request_no in ("R0000001", "R0000002"):
        await merchant.call(
            "alipay.trade.refund", out_trade_no=number, refund_amount="10.00", out_request_no=request_no
        )
    told = [fields(one) for one in await receiver.wait_for(3)]
    by_request = {one.get("out_biz_no"): one for one in told}
    assert by_request[None]["trade_status"] == "TRADE_SUCCESS"
    assert by_request["R0000001"]["trade_status"] == "TRADE_SUCCESS"
    assert by_request["R0000001"]["refund_fee"] == "10.00"
    assert by_request["R0000002"]["trade_status"] == "TRADE_CLOSED"
    assert by_request["R0000002"]["refund_fee"] == "20.00"
    assert len({one["notify_id"] for one in told}) == 3
    assert (await merchant.call("alipay.trade.query", out_trade_no=number))["trade_status"] == "TRADE_CLOSED"


async def test_the_time_for_refunds_ends_with_a_notice_of_its_own(merchant, receiver):
    number = await merchant.paid()
    await merchant.caller.control("POST", f"/alipay/orders/{number}/finish")
    told = [fields(one) for one in await receiver.wait_for(2)]
    assert {one["trade_status"] for one in told} == {"TRADE_SUCCESS", "TRADE_FINISHED"}
    assert len({one["trade_no"] for one in told}) == 1 and len({one["notify_id"] for one in told}) == 2


async def test_a_closed_trade_is_not_paid_and_a_paid_one_not_closed(merchant):
    number, cashier = await merchant.opened()
    assert (await merchant.call("alipay.trade.close", out_trade_no=number))["code"] == "10000"
    assert (await merchant.caller.http.post(f"{cashier}/pay")).status_code == 409
    paid = await merchant.paid()
    refused = await merchant.call("alipay.trade.close", out_trade_no=paid)
    assert refused["sub_code"] == "ACQ.TRADE_STATUS_ERROR"
    unknown = await merchant.call("alipay.trade.close", out_trade_no="nobodys")
    assert unknown["sub_code"] == "ACQ.TRADE_NOT_EXIST"


async def test_the_notice_id_stays_over_the_whole_schedule_of_seven_more(merchant, receiver, eventually):
    await merchant.caller.control("PATCH", "/settings", {"time_scale": 0})
    await merchant.caller.control("PUT", "/faults/alipay", {"drop_next": 7})
    await merchant.paid()
    (booked,) = await merchant.caller.all_acked(1)
    assert booked["attempts"] == 8
    (notice,) = receiver.got
    assert fields(notice)["notify_id"] == booked["notice_id"]


async def test_another_merchants_trade_does_not_exist_for_ours(merchant, caller):
    number = await merchant.paid()
    other = AliPay(
        appid="2021006102000001",
        app_private_key_string=(caller.keys / "alipay-app.private.pem").read_text(),
        alipay_public_key_string=(caller.keys / "alipay.public.pem").read_text(),
    )
    body = other.client_api("alipay.trade.query", {"out_trade_no": number}, timestamp=beijing())
    answer = await caller.http.post(
        "/alipay/gateway.do",
        content=body,
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert json.loads(answer.text)["alipay_trade_query_response"]["sub_code"] == "ACQ.TRADE_NOT_EXIST"
    assert urlsplit(str(answer.url)).path == "/alipay/gateway.do"
