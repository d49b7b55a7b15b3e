"""CCB's page, notices and (assumed) interface, called by what PROTOCOL.md §17 says alone."""

import hashlib
from urllib.parse import parse_qsl, unquote_to_bytes, urlencode

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import MD5
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

COUNTER = "MERCHANTID=105610100000001&POSID=061000001&BRANCHID=610000000"


class Customer:
    def __init__(self, caller):
        self.caller = caller
        self.key = load_pem_public_key((caller.keys / "ccb.public.pem").read_bytes())
        self.pub = self.key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo).hex()[-30:]
        self.password = (caller.keys / "ccb.secret").read_text().strip()

    def mac(self, text):
        return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()

    def page(self, number="A1", payment="20.00", ends="&TIMEOUT=20990101000000"):
        before = (
            f"{COUNTER}&ORDERID={number}&PAYMENT={payment}&CURCODE=01&TXCODE=520100&REMARK1=&REMARK2=&TYPE=1"
        )
        after = f"&GATEWAY=&CLIENTIP=&REGINFO=&PROINFO=fee&REFERER={ends}"
        return f"/ccb/main?{before}{after}&MAC={self.mac(f'{before}&PUB={self.pub}{after}')}"

    async def call(self, transaction, number="A1", **more):
        form = dict(parse_qsl(f"TXCODE={transaction}&{COUNTER}&ORDERID={number}"))
        form |= more | {"REQUEST_SN": "r1", "QUPWD": self.password}
        form["MAC"] = self.mac(
            "&".join(f"{name}={value}" for name, value in form.items()) + f"&PUB={self.pub}"
        )
        raw = (await self.caller.http.post("/ccb/interface", content=urlencode(form))).content
        text, _, signature = raw.rpartition(b"&SIGN=")
        self.key.verify(bytes.fromhex(signature.decode()), text, PKCS1v15(), MD5())
        return dict(parse_qsl(text.decode(), keep_blank_values=True))

    async def paid(self, number="A1"):
        page = await self.caller.http.get(self.page(number))
        assert page.status_code == 302, page.text
        await self.caller.http.post(page.headers["location"].removeprefix("http://sandbox") + "/pay")


@pytest.fixture
def customer(caller):
    return Customer(caller)


@pytest.mark.parametrize("ends", ["", "&TIMEOUT=20990101000000"])
async def test_an_address_is_an_order_once_it_was_opened(customer, ends):
    assert (await customer.call("QUERY"))["RETURN_CODE"] == "ORDER_NOT_EXIST"
    assert (await customer.caller.http.get(customer.page(ends=ends))).status_code == 302
    known = await customer.call("QUERY")
    assert (known["RETURN_CODE"], known["STATUS"], known["PAYMENT"]) == ("000000", "NOTPAY", "20.00")


@pytest.mark.parametrize("change", [("20.00", "0.01"), ("MAC=", "MAC=0"), ("&REFERER=", "&REFERER=x")])
async def test_an_address_somebody_changed_is_none(customer, change):
    assert (await customer.caller.http.get(customer.page().replace(*change))).status_code == 400
    assert (await customer.call("QUERY"))["RETURN_CODE"] == "ORDER_NOT_EXIST"


async def test_a_notice_is_a_get_signed_in_its_order(customer, settings):
    got = []

    async def take(request):
        got.append(request.rel_url.raw_query_string)
        return web.Response()

    app = web.Application()
    app.router.add_get("/webhooks/payments/ccb/treasury", take)
    server = TestServer(app)
    await server.start_server()
    settings.push_url = f"http://{server.host}:{server.port}"
    await customer.paid()
    await customer.caller.all_acked(1)
    await server.close()
    text, _, signature = got[0].partition("&SIGN=")
    names = [part.partition("=")[0] for part in text.split("&")]
    assert ",".join(names) == (
        "POSID,BRANCHID,ORDERID,PAYMENT,CURCODE,REMARK1,REMARK2,ACC_TYPE,SUCCESS,TYPE,REFERER,CLIENTIP"
    )
    customer.key.verify(bytes.fromhex(signature), unquote_to_bytes(text), PKCS1v15(), MD5())


async def test_money_goes_back_once(customer):
    await customer.paid()
    asked = {"REFUND_NO": "R1", "MONEY": "5.00"}
    assert (await customer.call("REFUND", **asked))["RETURN_CODE"] == "000000"
    assert (await customer.call("REFUND", **asked))["RETURN_CODE"] == "000000"
    assert (await customer.call("REFUND", REFUND_NO="R2", MONEY="15.01"))["RETURN_CODE"] == "REFUND_EXCEEDS"
    assert (await customer.call("REFUND_QUERY", **asked))["MONEY"] == "5.00"
    assert (await customer.call("CLOSE"))["RETURN_CODE"] == "ORDER_PAID"


async def test_without_the_password_nothing_is_told(customer):
    await customer.paid()
    customer.password = "another"
    told = await customer.call("QUERY")
    assert told["RETURN_CODE"] == "NOT_ADMITTED" and "STATUS" not in told
