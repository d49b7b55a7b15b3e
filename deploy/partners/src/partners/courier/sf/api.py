"""The calls of SF: one address, told apart by `serviceCode`; success is told twice."""

import hmac
from collections.abc import Callable, Mapping
from time import time
from uuid import uuid4

import orjson
from pydantic import ValidationError
from starlette.routing import Route

from ...edge import Document, parsed
from ...errors import Refused
from ..books import Row
from ..claims import AskedClaim, ClaimDesk
from ..depot import Depot
from ..door import CourierDoor, Form
from ..labels import label_pdf
from ..statements import AskedStatement, StatementOffice
from .digest import digest
from .documents import CreateClaim, CreateOrder, PrintWaybills, SearchOrder, SearchRoutes, UpdateOrder
from .face import route_node

WINDOW_MS = 300_000
PATH = "/sf/std/service"
# The business refusals are in no public text we know: assumed, but for 8016.
_REFUSALS = {
    "PARAM_ERROR": "20002",
    "ORDER_NOT_EXIST": "8018",
    "ALREADY_PICKED_UP": "8057",
    "ORDER_CANCELLED": "8037",
    "REPEATED": "8016",
}


class _Unwelcome(Exception):
    """Refused at the first level: it was not looked at what is wanted. Carries `apiResultCode`."""


class SfApi:
    def __init__(
        self,
        depot: Depot,
        claims: ClaimDesk,
        statements: StatementOffice,
        partner_id: str,
        checkword: bytes,
    ) -> None:
        self._depot = depot
        self._claims = claims
        self._statements = statements
        self._partner_id = partner_id
        self._checkword = checkword.decode("ascii")
        self._menu: dict[str, Callable[[bytes, CourierDoor, str], Document]] = {
            "EXP_RECE_CREATE_ORDER": self._create,
            "EXP_RECE_UPDATE_ORDER": self._update,
            "EXP_RECE_SEARCH_ORDER_RESP": self._search_order,
            "EXP_RECE_SEARCH_ROUTES": self._search_routes,
            "COM_RECE_CLOUD_PRINT_WAYBILLS": self._print,
            "EXP_RECE_CREATE_CLAIM": self._claim,
            "EXP_RECE_SEARCH_CLAIM": self._search_claim,
            "EXP_RECE_MONTHLY_STATEMENT": self._statement,
        }

    def routes(self, door: CourierDoor) -> list[Route]:
        def answer(form: Form, base_url: str) -> Document:
            return self._answer(form, door, base_url)

        return [
            door.api(PATH, answer),
            door.label("/sf/labels/{waybill_no}.pdf", self._pdf),
            door.statement("/sf/statements/{month}.csv", self._statement_file),
        ]

    def _answer(self, form: Form, door: CourierDoor, base_url: str) -> Document:
        try:
            entry = self._admitted(form)
        except _Unwelcome as unwelcome:
            return _outer(str(unwelcome), "")
        try:
            told = {"success": True, "errorCode": "S0000", "errorMsg": None}
            inner = told | entry(form["msgData"].encode(), door, base_url)
        except Refused as refused:
            inner = {"success": False, "errorCode": _REFUSALS[refused.code], "errorMsg": refused.message}
        except ValidationError as error:
            inner = {"success": False, "errorCode": _REFUSALS["PARAM_ERROR"], "errorMsg": str(error)}
        return _outer("A1000", orjson.dumps(inner).decode())

    def _admitted(self, form: Form) -> Callable[[bytes, CourierDoor, str], Document]:
        needed = ("partnerID", "requestID", "serviceCode", "timestamp", "msgData", "msgDigest")
        if not all(form.get(name) for name in needed):
            raise _Unwelcome("A1001")
        timestamp = form["timestamp"]
        if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 15):
            raise _Unwelcome("A1002")
        if abs(int(timestamp) - time() * 1000) > WINDOW_MS:
            raise _Unwelcome("A1002")
        right = digest(form["msgData"], timestamp, self._checkword)
        if form["partnerID"] != self._partner_id or not hmac.compare_digest(
            right.encode(), form["msgDigest"].encode()
        ):
            raise _Unwelcome("A1006")
        entry = self._menu.get(form["serviceCode"])
        if entry is None:
            raise _Unwelcome("A1004")
        return entry

    def _create(self, body: bytes, door: CourierDoor, base_url: str) -> Document:
        asked = parsed(CreateOrder, body).parcel()
        repeated = self._depot.knows("sf", asked.order_no)
        parcel = self._depot.place("sf", asked)
        if repeated and door.faults.repeat_refused:
            raise Refused(409, "REPEATED", "重复下单")
        return {"msgData": _order_document(parcel)}

    def _update(self, body: bytes, door: CourierDoor, base_url: str) -> Document:
        asked = parsed(UpdateOrder, body)
        if asked.dealType == 2:
            self._depot.cancel("sf", asked.orderId)
        parcel = self._depot.find("sf", asked.orderId)
        return {"msgData": {"orderId": asked.orderId, "waybillNoInfoList": _waybills(parcel), "resStatus": 2}}

    def _search_order(self, body: bytes, door: CourierDoor, base_url: str) -> Document:
        parcel = self._depot.find("sf", parsed(SearchOrder, body).orderId)
        if parcel["state"] == "CANCELLED":
            raise Refused(409, "ORDER_CANCELLED", "订单已取消")
        return {"msgData": _order_document(parcel)}

    def _search_routes(self, body: bytes, door: CourierDoor, base_url: str) -> Document:
        asked = parsed(SearchRoutes, body)
        find = self._depot.find_waybill if asked.trackingType == 1 else self._depot.find
        answers: list[Document] = []
        for number in asked.trackingNumber:
            try:
                parcel = find("sf", number)
            except Refused:
                answers.append({"mailNo": number, "routes": []})
                continue
            routes = [
                route_node(scan["op_code"], scan["time"], scan["description"])
                for scan in self._depot.scans(parcel)
            ]
            answers.append({"mailNo": parcel["waybill_no"], "routes": routes})
        return {"msgData": {"routeResps": answers}}

    def _claim(self, body: bytes, door: CourierDoor, base_url: str) -> Document:
        asked = parsed(CreateClaim, body)
        return {"msgData": self._claims.open("sf", asked.orderId, asked)}

    def _search_claim(self, body: bytes, door: CourierDoor, base_url: str) -> Document:
        return {"msgData": self._claims.show("sf", parsed(AskedClaim, body).claimNo)}

    def _statement(self, body: bytes, door: CourierDoor, base_url: str) -> Document:
        return {"msgData": self._statements.announce("sf", parsed(AskedStatement, body), base_url)}

    def _statement_file(self, month: str, headers: Mapping[bytes, bytes]) -> bytes:
        return self._statements.file("sf", AskedStatement(month=month).month)

    def _print(self, body: bytes, door: CourierDoor, base_url: str) -> Document:
        (asked,) = parsed(PrintWaybills, body).documents
        parcel = self._depot.find_waybill("sf", asked.masterWaybillNo)
        url = f"{base_url}/sf/labels/{parcel['waybill_no']}.pdf"
        return {
            "obj": {"files": [{"waybillNo": parcel["waybill_no"], "url": url, "token": self._token(parcel)}]}
        }

    def _token(self, parcel: Row) -> str:
        return hmac.digest(self._checkword.encode(), parcel["waybill_no"].encode(), "sha256").hex()

    def _pdf(self, waybill_no: str, headers: Mapping[bytes, bytes]) -> bytes:
        parcel = self._depot.find_waybill("sf", waybill_no)
        if not hmac.compare_digest(headers.get(b"x-auth-token", b""), self._token(parcel).encode()):
            raise Refused(401, "TOKEN_INVALID", "面单令牌不正确")
        return label_pdf("sf", waybill_no, parcel["order_no"])


def _order_document(parcel: Row) -> Document:
    return {"orderId": parcel["order_no"], "waybillNoInfoList": _waybills(parcel), "filterResult": 2}


def _waybills(parcel: Row) -> list[dict[str, object]]:
    return [{"waybillType": 1, "waybillNo": parcel["waybill_no"]}]


def _outer(code: str, data: str) -> Document:
    message = "" if code == "A1000" else "请求未通过校验"
    return {
        "apiResultCode": code,
        "apiErrorMsg": message,
        "apiResponseID": uuid4().hex,
        "apiResultData": data,
    }
