"""The page that an order is, and the interface for query, close and refund, which is assumed. PROTOCOL.md §17."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from typing import Final
from urllib.parse import parse_qsl, urlencode

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from starlette.responses import HTMLResponse, RedirectResponse, Response

from ..acquirer.acquirer import Acquirer
from ..acquirer.books import AcquirerBooks, Row
from ..acquirer.documents import OrderLine, RefundLine
from ..alipay.documents import yuan
from ..clock import SHANGHAI, now_ms
from ..errors import Refused
from ..open_edge import Visit
from .bills import CcbBills
from .signing import mac, pub_of, sign

_ORDER: Final = (
    "MERCHANTID", "POSID", "BRANCHID", "ORDERID", "PAYMENT", "CURCODE", "TXCODE", "REMARK1", "REMARK2", "TYPE",
    "PUB", "GATEWAY", "CLIENTIP", "REGINFO", "PROINFO", "REFERER", "TIMEOUT",
)  # fmt: skip
_ORDER_ID: Final = re.compile(r"[A-Za-z0-9]{1,30}")
_YUAN: Final = re.compile(r"\d{1,9}\.\d{2}")
_ESCAPED: Final = re.compile(r"%u([0-9A-Fa-f]{4})|%([0-9A-Fa-f]{2})")
_DAY_MS: Final = 24 * 3600 * 1000
Fields = dict[str, str]


@dataclass(frozen=True, slots=True)
class Counter:
    merchant: str
    pos: str
    branch: str
    payee: str


class CcbCounters:
    def __init__(
        self,
        counters: list[Counter],
        key: RSAPrivateKey,
        password: str,
        acquirer: Acquirer,
        books: AcquirerBooks,
        push_base: Callable[[], str],
    ) -> None:
        """`push_base`: where the bank was told to send notices; no order names it."""
        self._counters = {counter.pos: counter for counter in counters}
        self._key, self._pub, self._password = key, pub_of(key), password
        self._orders, self._refunds = acquirer.orders, acquirer.refunds
        self._books = books
        self._push_base = push_base
        self.bills = CcbBills(acquirer.bills)
        self._calls = {
            "QUERY": self._query, "CLOSE": self._close,
            "REFUND": self._refund, "REFUND_QUERY": self._query_refund,
        }  # fmt: skip

    def page(self, visit: Visit) -> Response:
        """The order begins here, when the payer opens its address."""
        fields = dict(part.partition("=")[::2] for part in visit.raw_query.decode("latin-1").split("&"))
        signed = [
            (name, self._pub if name == "PUB" else fields.get(name, ""))
            for name in _ORDER
            if name in fields or name != "TIMEOUT"
        ]
        counter = self._counters.get(fields.get("POSID", ""))
        try:
            if counter is None or not compare_digest(mac(signed), fields.get("MAC", "")):
                raise Refused(400, "MAC", "验证失败")
            order = self._orders.place(self._line(fields, counter), prefix="cc")
        except Refused as refused:
            return HTMLResponse(f"<h1>{refused.code}</h1>", 400)
        return RedirectResponse(f"{visit.base_url}/ccb/cashier/{order['prepay_id']}", 302)

    def interface(self, visit: Visit) -> Response:
        pairs = parse_qsl(visit.body.decode("latin-1"), keep_blank_values=True)
        fields = dict(pairs)
        answer = {"REQUEST_SN": fields.get("REQUEST_SN", "")}
        try:
            answer |= {"RETURN_CODE": "000000"} | self._carried_out(pairs, fields)
        except Refused as refused:
            answer |= {"RETURN_CODE": refused.code}
        text = urlencode(answer)
        return Response(f"{text}&SIGN={sign(self._key, text.encode())}", media_type="text/plain")

    def _carried_out(self, pairs: list[tuple[str, str]], fields: Fields) -> Fields:
        signed = [*((name, value) for name, value in pairs if name != "MAC"), ("PUB", self._pub)]
        counter, transaction = self._counters.get(fields.get("POSID", "")), fields.get("TXCODE", "")
        call = self._calls.get(transaction)
        is_ours = counter is not None and compare_digest(fields.get("QUPWD", ""), self._password)
        if (
            counter is None
            or (call is None and transaction != "BILL")
            or not is_ours
            or not compare_digest(mac(signed), fields.get("MAC", ""))
        ):
            raise Refused(401, "NOT_ADMITTED", "未通过验证")
        if call is None:
            return self.bills.made(counter.pos, fields.get("BILL_DATE", ""))
        order = self._orders.find(fields.get("ORDERID", ""))
        if order["merchant"] != counter.pos:
            raise Refused(404, "ORDER_NOT_EXIST", "订单不存在")
        return call(order, fields) | {"POSID": counter.pos, "BRANCHID": counter.branch}

    def _query(self, order: Row, fields: Fields) -> Fields:
        """Also of a closed order it tells the money, should some have come."""
        paid = order["captured_cents"] is not None
        answer = {
            "ORDERID": order["out_trade_no"],
            "STATUS": "SUCCESS" if paid else order["state"],
            "PAYMENT": yuan(order["captured_cents"] if paid else order["amount_cents"]),
            "CURCODE": "01",
        }
        return answer | ({"PAID_AT": _compact(order["captured_at"])} if paid else {})

    def _close(self, order: Row, fields: Fields) -> Fields:
        return {
            "ORDERID": order["out_trade_no"],
            "STATUS": self._orders.close(order["out_trade_no"])["state"],
        }

    def _refund(self, order: Row, fields: Fields) -> Fields:
        """`PAYMENT_SN`, as the bill has it, names one of several payments of the order; else it is the first."""
        number, serial = order["out_trade_no"], fields.get("PAYMENT_SN")
        capture = self._books.capture(number, serial)
        line = RefundLine(
            _matching(fields, "REFUND_NO", re.compile(r"[A-Za-z0-9]{1,64}")),
            number,
            serial,
            _cents(fields, "MONEY"),
            capture["amount_cents"] if capture else 0,
            "",
            None,
        )
        return _refund_fields(self._refunds.ask(line)[0])

    def _query_refund(self, order: Row, fields: Fields) -> Fields:
        return _refund_fields(self._refunds.find(fields.get("REFUND_NO", "")))

    def _line(self, fields: Fields, counter: Counter) -> OrderLine:
        return OrderLine(
            _matching(fields, "ORDERID", _ORDER_ID),
            counter.pos,
            "web",
            _cents(fields, "PAYMENT"),
            "CNY",
            _unescaped(fields.get("PROINFO", "")) or "-",
            f"{self._push_base().rstrip('/')}/webhooks/payments/ccb/{counter.payee}",
            None,
            _moment(fields["TIMEOUT"]) if fields.get("TIMEOUT") else now_ms() + _DAY_MS,
        )


def _matching(fields: Fields, name: str, pattern: re.Pattern[str]) -> str:
    value = fields.get(name, "")
    if not pattern.fullmatch(value):
        raise Refused(400, "PARAM_ERROR", f"参数错误 {name}")
    return value


def _cents(fields: Fields, name: str) -> int:
    cents = int(_matching(fields, name, _YUAN).replace(".", ""))
    if not cents:
        raise Refused(400, "PARAM_ERROR", f"参数错误 {name}")
    return cents


def _refund_fields(refund: Row) -> Fields:
    fields = {
        "REFUND_NO": refund["out_refund_no"],
        "STATUS": refund["status"],
        "MONEY": yuan(refund["refund_cents"]),
    }
    return fields | ({"DONE_AT": _compact(refund["finished_at"])} if refund["finished_at"] else {})


def _compact(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, SHANGHAI).strftime("%Y%m%d%H%M%S")


def _moment(value: str) -> int:
    try:
        moment = datetime.strptime(value, "%Y%m%d%H%M%S").replace(tzinfo=SHANGHAI)
    except ValueError:
        raise Refused(400, "PARAM_ERROR", "参数错误 TIMEOUT") from None
    return round(moment.timestamp() * 1000)


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1] or found[2], 16)), text)
