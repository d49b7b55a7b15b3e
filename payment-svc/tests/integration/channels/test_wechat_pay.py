"""WeChat Pay against an independent library on both sides, and what is its own: probes, sealed notices, JSAPI."""

import asyncio
import base64
import json
import time
from types import SimpleNamespace
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from payment_svc.channels.wechat_pay.client import Answer
from payment_svc.channels.wechat_pay.mapping import payment_reading
from payment_svc.channels.wechat_pay.notices import NoticeReader
from payment_svc.channels.wechat_pay.signing import MerchantKey
from payment_svc.domain.readings import PaymentStatus
from wechatpayv3 import WeChatPay, WeChatPayType
from wechatpayv3.utils import build_authorization, rsa_verify

from .conftest import WAYS, in_every_way

MERCHANT, SERIAL = "1900006201", "6101000000000000000000000000000000000001"
KEY_ID = "PUB_KEY_ID_0161010000000000000001"
QR, MINI_PROGRAM = WAYS[1], WAYS[3]
by_qr = pytest.mark.parametrize("story", [QR], indirect=True, ids=str)
in_the_mini_program = pytest.mark.parametrize("story", [MINI_PROGRAM], indirect=True, ids=str)


@pytest.fixture
def oracle(world):
    """Somebody else's client, as our merchant, at the sandbox."""
    found = WeChatPay(
        wechatpay_type=WeChatPayType.NATIVE,
        mchid=MERCHANT,
        private_key=(world.keys / "wechat-pay-treasury.private.pem").read_text(),
        cert_serial_no=SERIAL,
        apiv3_key=(world.keys / "wechat-pay-treasury-v3.secret").read_text().strip(),
        appid="wx6101000000000001",
        notify_url=f"{world.url}/webhooks/payments/wechat_pay/treasury",
        public_key=(world.keys / "wechat-pay.public.pem").read_text(),
        public_key_id=KEY_ID,
    )
    found._core._gate_way = world.url
    return found


async def test_the_sandbox_takes_what_another_client_signs_and_is_believed_by_it(oracle, world):
    number = uuid4().hex
    status, said = await asyncio.to_thread(
        oracle.pay, description="居民身份证工本费", out_trade_no=number, amount={"total": 2000}
    )
    assert (status, json.loads(said)["code_url"][:9]) == (200, "weixin://")
    status, said = await asyncio.to_thread(oracle.query, out_trade_no=number)
    assert (status, json.loads(said)["trade_state"]) == (200, "NOTPAY")
    status, _ = await asyncio.to_thread(oracle.close, out_trade_no=number)
    assert status == 204
    status, said = await asyncio.to_thread(oracle.query, out_trade_no=number)
    assert json.loads(said)["trade_state"] == "CLOSED"


@by_qr
async def test_the_sandboxs_notices_are_opened_by_another_client(oracle, story):
    await story.paid()
    _, _, headers, body = story.world.deliveries[-1]
    opened = oracle.callback(headers=headers, body=body)
    assert opened["event_type"] == "TRANSACTION.SUCCESS"
    plain = opened["resource"]
    assert (plain["out_trade_no"], plain["mchid"], plain["amount"]["total"]) == (story.number, MERCHANT, 2000)


async def test_our_authorization_is_the_other_clients_to_the_byte(world):
    pem = (world.keys / "wechat-pay-treasury.private.pem").read_bytes()
    nonce, body = "5K8264ILTKCH16CQ2502SI8ZNMTM67VS", '{"description":"居民身份证","amount":{"total":2000}}'
    path = "/v3/pay/transactions/out-trade-no/1?mchid=1900006201"
    while True:  # both look at the clock themselves
        second = int(time.time())
        theirs = build_authorization(
            path, "POST", MERCHANT, SERIAL, load_pem_private_key(pem, None), data=body, nonce_str=nonce
        )
        if int(time.time()) == second:
            break
    ours = MerchantKey(pem, MERCHANT, SERIAL).authorization(
        "POST", path, body.encode(), nonce=nonce, timestamp=second
    )
    assert ours == theirs


@in_the_mini_program
async def test_what_the_phone_is_given_is_signed_for_the_mini_program(story):
    given = (await story.begin())["jsapi"]
    pem = (story.world.keys / "wechat-pay-treasury.private.pem").read_bytes()
    public = load_pem_private_key(pem, None).public_key()
    # The library's verification has the lines of an answer: timestamp, nonce, body.
    lines = (f"{given['appId']}\n{given['timeStamp']}", given["nonceStr"], given["package"])
    assert rsa_verify(*lines, given["paySign"], public)
    assert given["appId"] == "wx6101000000000001" and given["signType"] == "RSA"
    assert given["package"].startswith("prepay_id=wx")


@in_the_mini_program
async def test_whoever_did_not_come_from_wechat_is_told_so(story):
    story.world.openids = {}
    story.order_id = (await story.payments.opened())["id"]
    answer = await story.asks()
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/not-from-wechat")
    assert (await story.world.books())["orders"] == []


@by_qr
async def test_probes_are_refused_and_the_true_notice_follows(story):
    await story.begin()
    await story.world.fault(probe_next=2)
    await story.pays()
    await story.world.delivered()
    (notice,) = await story.world.notices()
    assert [one["status"] for one in notice["deliveries"]] == [401, 401, 204]
    assert await story.seen() == ("paid", ["applied"])


@in_every_way
async def test_a_scene_the_channel_has_not_is_refused_with_those_that_have_it(story):
    story.order_id = (await story.payments.opened())["id"]
    scene = "web" if story.way.channel == "wechat_pay" else "in_wechat"
    body = {"channel": story.way.channel, "scene": scene}
    answer = await story.payments.citizen.post(f"/orders/{story.order_id}/attempts", body)
    assert answer.status_code == 422
    assert answer.json()["type"] == "/problems/payment-channel-not-offered"
    assert story.way.channel not in answer.json()["offered"]


STATES = [
    ("NOTPAY", PaymentStatus.PENDING),
    ("USERPAYING", PaymentStatus.PENDING),
    ("PAYERROR", PaymentStatus.PENDING),
    ("ACCEPT", PaymentStatus.PENDING),
    ("SOMETHING_NEW", PaymentStatus.PENDING),
    (None, PaymentStatus.PENDING),
    ("CLOSED", PaymentStatus.CLOSED),
    ("REVOKED", PaymentStatus.CLOSED),
    ("SUCCESS", PaymentStatus.SUCCEEDED),
    ("REFUND", PaymentStatus.SUCCEEDED),
]
PAID = {
    "out_trade_no": "0" * 32,
    "transaction_id": "4200",
    "mchid": MERCHANT,
    "amount": {"total": 2000, "currency": "CNY"},
    "success_time": "2026-11-22T18:30:59+08:00",
}


@pytest.mark.parametrize(("state", "status"), STATES, ids=str)
def test_a_state_means_what_the_table_says_and_an_unknown_one_is_pending(state, status):
    assert payment_reading({**PAID, "trade_state": state}).status is status


def sealed(key: bytes, plain: object, associated: str | None = "transaction") -> bytes:
    aad = (associated or "").encode()
    text = AESGCM(key).encrypt(b"nonce0123456", json.dumps(plain).encode(), aad)
    resource = {"ciphertext": base64.b64encode(text).decode(), "nonce": "nonce0123456"}
    if associated is not None:
        resource["associated_data"] = associated
    return json.dumps({"id": "n1", "event_type": "TRANSACTION.SUCCESS", "resource": resource}).encode()


@pytest.mark.parametrize("associated", ["transaction", "", None])
def test_associated_data_may_be_empty_or_missing(associated):
    key = b"k" * 32
    notice = NoticeReader(key).read(sealed(key, {**PAID, "trade_state": "SUCCESS"}, associated))
    assert notice.payment is not None and notice.payment.amount_cents == 2000


UNREADABLE = SimpleNamespace(
    other_key=sealed(b"x" * 32, PAID),
    no_object=sealed(b"k" * 32, [1]),
    no_amount=sealed(b"k" * 32, {**PAID, "trade_state": "SUCCESS", "amount": None}),
    float_amount=sealed(
        b"k" * 32, {**PAID, "trade_state": "SUCCESS", "amount": {"total": 20.0, "currency": "CNY"}}
    ),
    no_json=b"<xml/>",
    a_list=b"[]",
    no_resource=b'{"id":"n1","event_type":"TRANSACTION.SUCCESS"}',
    nonce_of_a_number=b'{"id":"n1","event_type":"TRANSACTION.SUCCESS","resource":{"nonce":1,"ciphertext":"eA=="}}',
)


@pytest.mark.parametrize("body", list(vars(UNREADABLE).values()), ids=list(vars(UNREADABLE)))
def test_what_is_authentic_and_cannot_be_read_is_kept_as_unreadable(body):
    notice = NoticeReader(b"k" * 32).read(body)
    assert not notice.readable and notice.payment is None and notice.body == body


@by_qr
async def test_an_answer_about_another_order_says_nothing_of_this_one(story, monkeypatch):
    """Signed by the provider and fresh, and yet given to another question."""
    await story.begin()
    channel = story.payments.svc.service.state.use_cases.channels.of("wechat_pay", "treasury")
    paid = Answer(200, {**PAID, "trade_state": "SUCCESS"})

    async def answers(*_: object) -> Answer:
        return paid

    monkeypatch.setattr(channel._client, "call", answers)
    assert (await story.payments.citizen.check(story.order_id)).status_code == 503
    assert await story.seen() == ("open", [])
