"""The calls of EMS: one address, told apart by `apiCode`. Field by field: PROTOCOL.md §5.1."""

from collections.abc import Callable
from datetime import datetime
from time import time
from typing import Annotated
from uuid import uuid4

import orjson
from pydantic import BaseModel, Field, TypeAdapter, ValidationError
from starlette.routing import Route

from ...clock import SHANGHAI
from ...edge import Document
from ...errors import Refused
from ...fields import Number
from ..claims import AskedClaim, ClaimDesk, NewClaim
from ..depot import Depot
from ..door import CourierDoor, Form
from ..labels import label_pdf
from ..parcels import Line, MaybeLine, NewParcel, Party
from ..statements import AskedStatement, StatementOffice
from .envelope import Broken, Envelope
from .face import trace_item

WINDOW_SECONDS = 300
PATH = "/ems/amp-prod-api/f/amp/api/open"
OK = "00000"
# What EMS answers when it refuses is in no public text: these codes are assumed.
_REFUSALS = {
    "PARAM_ERROR": "B00001",
    "ORDER_NOT_EXIST": "B00002",
    "ALREADY_PICKED_UP": "B00003",
    "ORDER_CANCELLED": "B00004",
    "CALLER_UNKNOWN": "S00001",
    "ENVELOPE_BROKEN": "S00002",
    "TIMESTAMP_OUT_OF_WINDOW": "S00003",
    "API_UNKNOWN": "S00004",
}
_ID_BOUND = "凭身份证"


class Person(BaseModel):
    name: Line
    mobile: Line
    prov: MaybeLine = ""
    city: MaybeLine = ""
    county: MaybeLine = ""
    address: Line

    def party(self) -> Party:
        return Party(
            name=self.name, phone=self.mobile, province=self.prov, city=self.city, county=self.county,
            address=self.address,
        )  # fmt: skip


class Order(BaseModel):
    ecommerceUserId: Annotated[str, Field(min_length=1, max_length=50)]
    logisticsOrderNo: Number
    createdTime: MaybeLine = ""
    contentsAttribute: Annotated[str, Field(pattern="^[13]$")]
    bizProductNo: Annotated[str, Field(pattern="^(1|2|3|9|10|11)$")]
    remarks: MaybeLine = ""
    sender: Person
    receiver: Person


class Cancel(BaseModel):
    logisticsOrderNo: Number
    waybillNo: MaybeLine = ""
    cancelReason: MaybeLine = ""


class Claim(NewClaim):
    logisticsOrderNo: Number


class Waybill(BaseModel):
    waybillNo: Line


_ORDERS = TypeAdapter(Annotated[list[Order], Field(min_length=1, max_length=1)])


class EmsApi:
    def __init__(
        self,
        depot: Depot,
        claims: ClaimDesk,
        statements: StatementOffice,
        envelope: Envelope,
        sender_no: str,
        authorization: bytes,
    ) -> None:
        self._depot = depot
        self._claims = claims
        self._statements = statements
        self._envelope = envelope
        self._caller = (sender_no, authorization.decode("ascii"))
        self._menu: dict[str, Callable[[bytes, str], object]] = {
            "020003": self._order,
            "020006": self._cancel,
            "040001": self._traces,
            "010004": self._label,
            "060001": self._claim,
            "060002": self._claim_query,
            "070001": self._statement,
        }

    def routes(self, door: CourierDoor) -> list[Route]:
        return [
            door.api(PATH, self.answer),
            door.label("/ems/labels/{waybill_no}.pdf", self._pdf),
            door.statement("/ems/statements/{month}.csv", self._statement_file),
        ]

    def answer(self, form: Form, base_url: str) -> Document:
        try:
            body = self._menu_entry(form)(self._opened(form), base_url)
            return _said(OK, "成功", body if isinstance(body, str) else orjson.dumps(body).decode())
        except Refused as refused:
            return _said(_REFUSALS[refused.code], refused.message, "")
        except ValidationError as error:
            first = error.errors(include_url=False, include_context=False, include_input=False)[0]
            where = ".".join(map(str, first["loc"]))
            return _said(_REFUSALS["PARAM_ERROR"], f"参数错误 {where}: {first['msg']}", "")

    def _menu_entry(self, form: Form) -> Callable[[bytes, str], object]:
        if (form.get("senderNo"), form.get("authorization")) != self._caller:
            raise Refused(401, "CALLER_UNKNOWN", "客户代码或授权码不正确")
        try:
            asked = datetime.strptime(form.get("timeStamp", ""), "%Y-%m-%d %H:%M:%S").replace(tzinfo=SHANGHAI)
        except ValueError:
            raise Refused(401, "TIMESTAMP_OUT_OF_WINDOW", "请求时间格式不正确") from None
        if abs(asked.timestamp() - time()) > WINDOW_SECONDS:
            raise Refused(401, "TIMESTAMP_OUT_OF_WINDOW", "请求时间与服务器时间相差超过五分钟")
        entry = self._menu.get(form.get("apiCode", ""))
        if entry is None:
            raise Refused(404, "API_UNKNOWN", "接口代码不存在")
        return entry

    def _opened(self, form: Form) -> bytes:
        try:
            return self._envelope.open(form.get("logitcsInterface", ""))
        except Broken:
            raise Refused(401, "ENVELOPE_BROKEN", "报文不能解密") from None

    def _order(self, body: bytes, base_url: str) -> object:
        (order,) = _ORDERS.validate_json(body)
        parcel = self._depot.place(
            "ems",
            NewParcel(
                order_no=order.logisticsOrderNo,
                sender=order.sender.party(),
                receiver=order.receiver.party(),
                id_bound=_ID_BOUND in order.remarks,
            ),
        )
        return {"logisticsOrderNo": parcel["order_no"], "waybillNo": parcel["waybill_no"]}

    def _cancel(self, body: bytes, base_url: str) -> object:
        asked = Cancel.model_validate_json(body)
        parcel = self._depot.cancel("ems", asked.logisticsOrderNo)
        return {"logisticsOrderNo": parcel["order_no"], "waybillNo": parcel["waybill_no"]}

    def _traces(self, body: bytes, base_url: str) -> object:
        parcel = self._depot.find_waybill("ems", Waybill.model_validate_json(body).waybillNo)
        if parcel["state"] == "CANCELLED":
            raise Refused(409, "ORDER_CANCELLED", "订单已取消")
        return {
            "responseItems": [
                trace_item(parcel, scan["op_code"], scan["time"], scan["description"])
                for scan in self._depot.scans(parcel)
            ]
        }

    def _claim(self, body: bytes, base_url: str) -> object:
        asked = Claim.model_validate_json(body)
        return self._claims.open("ems", asked.logisticsOrderNo, asked)

    def _claim_query(self, body: bytes, base_url: str) -> object:
        return self._claims.show("ems", AskedClaim.model_validate_json(body).claimNo)

    def _statement(self, body: bytes, base_url: str) -> object:
        return self._statements.announce("ems", AskedStatement.model_validate_json(body), base_url)

    def _statement_file(self, month: str, headers: object) -> bytes:
        return self._statements.file("ems", AskedStatement(month=month).month)

    def _label(self, body: bytes, base_url: str) -> object:
        parcel = self._depot.find_waybill("ems", Waybill.model_validate_json(body).waybillNo)
        return f"{base_url}/ems/labels/{parcel['waybill_no']}.pdf"

    def _pdf(self, waybill_no: str, headers: object) -> bytes:
        parcel = self._depot.find_waybill("ems", waybill_no)
        return label_pdf("ems", waybill_no, parcel["order_no"])


def _said(code: str, message: str, body: str) -> Document:
    moment = datetime.now(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
    return {
        "retCode": code, "retMsg": message, "retBody": body, "retDate": moment, "serialNo": uuid4().hex.upper(),
    }  # fmt: skip
