"""Calls to SF: one address, one form; success is told twice, and only both together are success."""

import time
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import uuid4

import orjson

from courier_svc.application.ports import (
    CancelAnswer,
    ClaimAnswer,
    CourierUnavailable,
    Leg,
    OrderRefused,
    Parcel,
    PushUnreadable,
    Standing,
    Traces,
)
from courier_svc.channels.claims import KINDS, claim_answer
from courier_svc.channels.code_map import CodeMap
from courier_svc.channels.wire import LARGEST_STATEMENT, Wire
from courier_svc.domain.address import Address
from courier_svc.domain.claims import Kind
from courier_svc.domain.statements import Problem, StatementUnusable

from .digest import msg_digest
from .pushes import SfDoor, scan_of

_HEARD: Final = "A1000"
_DONE: Final = "S0000"
_CREATE: Final = "EXP_RECE_CREATE_ORDER"
_UPDATE: Final = "EXP_RECE_UPDATE_ORDER"
_SEARCH_ORDER: Final = "EXP_RECE_SEARCH_ORDER_RESP"
_SEARCH_ROUTES: Final = "EXP_RECE_SEARCH_ROUTES"
_PRINT: Final = "COM_RECE_CLOUD_PRINT_WAYBILLS"
_CLAIM: Final = "EXP_RECE_CREATE_CLAIM"
_SEARCH_CLAIM: Final = "EXP_RECE_SEARCH_CLAIM"
_STATEMENT: Final = "EXP_RECE_MONTHLY_STATEMENT"
"""These three are assumed."""
_SENDER, _RECEIVER = 1, 2
_SENDER_PAYS: Final = 1
_CANCEL: Final = 2
_BY_ORDER_NO: Final = 2
_MAIN_WAYBILL: Final = 1
_NO_SERVICE: Final = 3
_ID_BOUND: Final = "须收件人本人凭身份证件签收"
"""How one asks for it is in no public text: assumed, as a remark for the courier on the road."""


@dataclass(frozen=True, slots=True)
class SfAccount:
    """What the contract says. `express_type`: 1 and 2 are the standard products; `template` is the label's."""

    partner_id: str
    checkword: str
    monthly_card: str
    express_type: int
    template: str


class SfClient:
    def __init__(self, wire: Wire, account: SfAccount, door: SfDoor, codes: CodeMap) -> None:
        self._wire = wire
        self._account = account
        self._door = door
        self._answers = codes.answers

    async def place_order(self, parcel: Parcel) -> str:
        code, inner = await self._call(
            _CREATE,
            {
                "language": "zh-CN",
                "orderId": parcel.order_no,
                "cargoDetails": [{"name": "文件"}],
                "contactInfoList": [_contact(_SENDER, parcel.sender), _contact(_RECEIVER, parcel.receiver)],
                "monthlyCard": self._account.monthly_card,
                "expressTypeId": self._account.express_type,
                "payMethod": _SENDER_PAYS,
                "isReturnRoutelabel": 0,
                "remark": _ID_BOUND if parcel.id_bound else "",
            },
        )
        if code in self._answers.repeated:  # some accounts are told so, instead of the first waybill
            code, inner = await self._call(_SEARCH_ORDER, {"orderId": parcel.order_no})
        if code != _DONE:
            raise OrderRefused(code)
        return _waybill(inner)

    async def cancel_order(self, leg: Leg, reason: str) -> CancelAnswer:
        code, _ = await self._call(_UPDATE, {"orderId": leg.order_no, "dealType": _CANCEL})
        if code == _DONE or code in self._answers.already_cancelled:
            return CancelAnswer.CANCELLED
        if code in self._answers.unknown_order:
            return CancelAnswer.UNKNOWN_ORDER
        if code in self._answers.too_late_to_cancel:
            return CancelAnswer.TOO_LATE
        raise CourierUnavailable(f"cancelling was answered {code}")

    async def traces(self, leg: Leg) -> Traces:
        asked = {
            "language": "zh-CN",
            "trackingType": _BY_ORDER_NO,
            "trackingNumber": [leg.order_no],
            "methodType": 1,
        }
        code, inner = await self._call(_SEARCH_ROUTES, asked)
        answers = _members(inner, "msgData").get("routeResps")
        if code != _DONE or not isinstance(answers, list):
            raise CourierUnavailable(f"the routes were answered {code}")
        try:
            scans = [
                scan_of({**node, "mailno": answer["mailNo"], "orderid": leg.order_no})
                for answer in answers
                for node in answer.get("routes") or ()
            ]
            reports = [self._door.read(scan) for scan in scans]
        except (PushUnreadable, TypeError, KeyError, AttributeError) as error:
            raise CourierUnavailable(f"the routes cannot be read: {type(error).__name__}") from error
        if not reports:
            return Traces(await self._standing(leg))
        return Traces(Standing.OPEN, sorted(reports, key=lambda report: report.occurred_at))

    async def _standing(self, leg: Leg) -> Standing:
        """Of an order without scans: routes look the same whether it is cancelled, unknown or waits."""
        code, _ = await self._call(_SEARCH_ORDER, {"orderId": leg.order_no})
        if code in self._answers.unknown_order:
            return Standing.UNKNOWN_ORDER
        return Standing.CANCELLED if code in self._answers.already_cancelled else Standing.OPEN

    async def label(self, waybill_no: str) -> bytes:
        asked = {
            "templateCode": self._account.template,
            "version": "2.0",
            "fileType": "pdf",
            "sync": True,
            "documents": [{"masterWaybillNo": waybill_no}],
        }
        code, inner = await self._call(_PRINT, asked)
        files = (_members(inner, "obj") or _members(_members(inner, "msgData"), "obj")).get("files")
        if code != _DONE or not isinstance(files, list) or not files or not isinstance(files[0], dict):
            raise CourierUnavailable(f"the label was answered {code}")
        return await self._wire.fetch_pdf(
            files[0].get("url"), {"X-Auth-token": str(files[0].get("token", ""))}
        )

    async def open_claim(self, leg: Leg, claim_no: str, kind: Kind) -> ClaimAnswer:
        return await self._claim(_CLAIM, leg, {"claimNo": claim_no, "claimType": KINDS[kind]})

    async def claim(self, leg: Leg, claim_no: str) -> ClaimAnswer:
        return await self._claim(_SEARCH_CLAIM, leg, {"claimNo": claim_no})

    async def _claim(self, service: str, leg: Leg, asked: dict[str, str]) -> ClaimAnswer:
        code, inner = await self._call(service, {"orderId": leg.order_no} | asked)
        if code in self._answers.unknown_order:
            return ClaimAnswer(ClaimAnswer.What.REFUSED)
        if code != _DONE:
            raise CourierUnavailable(f"the claim was answered {code}")
        return claim_answer(_members(inner, "msgData"))

    async def statement(self, month: date) -> tuple[bytes, object]:
        code, inner = await self._call(_STATEMENT, {"month": f"{month:%Y-%m}"})
        if code in self._answers.unknown_order:
            raise StatementUnusable(Problem.NOT_READY)
        found = _members(inner, "msgData")
        if code != _DONE:
            raise CourierUnavailable(f"the statement was answered {code}")
        return await self._wire.fetch_file(found.get("url"), LARGEST_STATEMENT), found.get("sha256")

    async def _call(self, service: str, document: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """`errorCode` and the second level. Raises CourierUnavailable for what leaves open what was done.

        The first level is about how we asked (a stale time, a wrong digest, no right): once that is repaired, asking
        again is right.
        """
        msg_data, timestamp = orjson.dumps(document).decode(), str(time.time_ns() // 1_000_000)
        answer = await self._wire.post(
            {
                "partnerID": self._account.partner_id,
                "requestID": str(uuid4()),
                "serviceCode": service,
                "timestamp": timestamp,
                "msgDigest": msg_digest(msg_data, timestamp, self._account.checkword),
                "msgData": msg_data,
            }
        )
        if answer.get("apiResultCode") != _HEARD:
            raise CourierUnavailable(f"answered {str(answer.get('apiResultCode'))[:32]}")
        inner = _second_level(answer.get("apiResultData"))
        code = str(inner.get("errorCode") or "")[:32]
        if self._answers.leaves_open(code) or (inner.get("success") is not True and code in ("", _DONE)):
            raise CourierUnavailable(f"answered {code or 'nothing'}")
        return code or _DONE, inner


def _second_level(data: Any) -> dict[str, Any]:
    try:
        inner = orjson.loads(data) if isinstance(data, str) else data
    except orjson.JSONDecodeError as error:
        raise CourierUnavailable("the second level is not JSON") from error
    if not isinstance(inner, dict):
        raise CourierUnavailable("the second level is missing")
    return inner


def _waybill(inner: dict[str, Any]) -> str:
    order = _members(inner, "msgData")
    if order.get("filterResult") == _NO_SERVICE:
        raise OrderRefused("filterResult 3")
    for one in order.get("waybillNoInfoList") or ():
        if isinstance(one, dict) and one.get("waybillType") == _MAIN_WAYBILL and one.get("waybillNo"):
            return str(one["waybillNo"])
    # `filterResult` 1: somebody there looks at the address first.
    raise CourierUnavailable("the order has no waybill yet")


def _members(document: dict[str, Any], name: str) -> dict[str, Any]:
    found = document.get(name)
    return found if isinstance(found, dict) else {}


def _contact(kind: int, address: Address) -> dict[str, Any]:
    return {
        "contactType": kind,
        "contact": address.name,
        "mobile": address.phone,
        "country": "CN",
        "province": address.province,
        "city": address.city,
        "county": address.county,
        "address": address.address,
    }
