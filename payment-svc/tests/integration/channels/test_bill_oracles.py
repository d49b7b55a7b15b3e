"""Bills as the providers' other clients fetch them, and as we read them."""

import asyncio
import gzip
import hashlib
import io
import json
import zipfile
from datetime import datetime
from urllib.request import urlopen

import pytest
from alipay import AliPay
from chassis.clock import SHANGHAI
from payment_svc.channels.alipay.bill import AlipayBills
from payment_svc.channels.wechat_pay.bill import WeChatPayBills
from wechatpayv3 import WeChatPay, WeChatPayType

from .conftest import CHANNELS

MERCHANT, SELLER = "1900006201", "2088006101000001"


class Beijing(datetime):
    @classmethod
    def now(cls, tz=None):
        return super().now(SHANGHAI)


def at(channel: str):
    return pytest.mark.parametrize(
        "story", [way for way in CHANNELS if way.channel == channel], indirect=True, ids=str
    )


@at("wechat_pay")
async def test_what_wechatpayv3_fetches_is_what_we_read(story, billing):
    await story.paid()
    await billing.days_pass()
    keys = story.world.keys
    oracle = WeChatPay(
        wechatpay_type=WeChatPayType.NATIVE, mchid=MERCHANT, cert_serial_no="6101000000000000000000000000000000000001",
        private_key=(keys / "wechat-pay-treasury.private.pem").read_text(), appid="wx6101000000000001",
        apiv3_key=(keys / "wechat-pay-treasury-v3.secret").read_text().strip(), notify_url="https://example.com/n",
        public_key=(keys / "wechat-pay.public.pem").read_text(), public_key_id="PUB_KEY_ID_0161010000000000000001",
    )  # fmt: skip
    oracle._core._gate_way = story.world.url
    status, said = await asyncio.to_thread(oracle.trade_bill, str(billing.day))
    told = json.loads(said)
    assert (status, told["hash_type"]) == (200, "SHA1")
    status, packed = await asyncio.to_thread(oracle.download_bill, told["download_url"])
    content = gzip.decompress(packed)
    assert (status, hashlib.sha1(content).hexdigest()) == (200, told["hash_value"])
    (line,) = WeChatPayBills("wechat_pay", MERCHANT, None, None).lines(io.BytesIO(content), billing.day)
    (capture,) = (await story.world.books(story.number))["captures"]
    assert (line.key, line.number, line.amount_cents) == (capture["transaction_id"], story.number, 2000)


@at("alipay")
async def test_what_the_alipay_sdk_fetches_is_what_we_read(story, billing, monkeypatch):
    monkeypatch.setattr("alipay.datetime", Beijing)  # it takes the machine's clock for Beijing's
    await story.paid()
    await billing.days_pass()
    keys = story.world.keys
    oracle = AliPay(
        appid="2021006101000001",
        app_notify_url=None,
        app_private_key_string=(keys / "alipay-app.private.pem").read_text(),
        alipay_public_key_string=(keys / "alipay.public.pem").read_text(),
    )
    oracle._gateway = f"{story.world.url}/alipay/gateway.do"
    asked = {"bill_type": "trade", "bill_date": str(billing.day)}
    told = await asyncio.to_thread(oracle.server_api, "alipay.data.dataservice.bill.downloadurl.query", asked)
    packed = await asyncio.to_thread(lambda: urlopen(told["bill_download_url"]).read())
    with zipfile.ZipFile(io.BytesIO(packed), metadata_encoding="gbk") as archive:
        detail, summary = sorted(archive.namelist(), key=len)
        assert detail.endswith("_业务明细.csv") and summary.endswith("_业务明细(汇总).csv")
        content = archive.read(detail)
    (line,) = AlipayBills("alipay", SELLER, None, None).lines(io.BytesIO(content), billing.day)
    (capture,) = (await story.world.books(story.number))["captures"]
    assert (line.key, line.number, line.amount_cents) == (capture["transaction_id"], story.number, 2000)
