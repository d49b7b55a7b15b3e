"""Calls to EMS: one address, one form, the matter in an envelope."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import uuid4

import orjson
from chassis.clock import SHANGHAI, now

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

from .envelope import Envelope, EnvelopeBroken
from .pushes import EmsDoor

_OK: Final = "00000"
_ORDER, _CANCEL, _TRACES, _LABEL = "020003", "020006", "040001", "010004"
_CLAIM, _CLAIM_QUERY, _STATEMENT = "060001", "060002", "070001"
"""Assumed."""
_DOCUMENTS: Final = "1"
_LABEL_OF_HEAD_OFFICE: Final = "129"
_ID_BOUND: Final = "须收件人本人凭身份证件签收"
"""How one asks for it is in no public text: assumed, as a remark for the courier on the road."""


@dataclass(frozen=True, slots=True)
class EmsAccount:
    """What the contract says. `product`: 1 express, 11 standard, …"""

    sender_no: str
    authorization: str
    product: str


class EmsClient:
    def __init__(
        self, wire: Wire, account: EmsAccount, envelope: Envelope, door: EmsDoor, codes: CodeMap
    ) -> None:
        self._wire = wire
        self._account = account
        self._envelope = envelope
        self._door = door
        self._answers = codes.answers

    async def place_order(self, parcel: Parcel) -> str:
        order = {
            "ecommerceUserId": uuid4().hex,
            "logisticsOrderNo": parcel.order_no,
            "createdTime": _local_now(),
            "contentsAttribute": _DOCUMENTS,
            "bizProductNo": self._account.product,
            "remarks": _ID_BOUND if parcel.id_bound else "",
            "sender": _person(parcel.sender),
            "receiver": _person(parcel.receiver),
            "cargos": [{"cargoName": "文件"}],
        }
        code, body = await self._call(_ORDER, [order])
        if code != _OK:
            raise OrderRefused(code)
        first = body[0] if isinstance(body, list) and body else body
        waybill_no = first.get("waybillNo") if isinstance(first, dict) else None
        if not isinstance(waybill_no, str) or not waybill_no:
            raise CourierUnavailable("the order was answered without a waybill")
        return waybill_no

    async def cancel_order(self, leg: Leg, reason: str) -> CancelAnswer:
        asked = {"logisticsOrderNo": leg.order_no, "waybillNo": leg.waybill_no or "", "cancelReason": reason}
        code, _ = await self._call(_CANCEL, asked)
        if code == _OK or code in self._answers.already_cancelled:
            return CancelAnswer.CANCELLED
        if code in self._answers.unknown_order:
            return CancelAnswer.UNKNOWN_ORDER
        if code in self._answers.too_late_to_cancel:
            return CancelAnswer.TOO_LATE
        raise CourierUnavailable(f"cancelling was answered {code}")

    async def traces(self, leg: Leg) -> Traces:
        if leg.waybill_no is None:
            raise CourierUnavailable("EMS knows parcels by their waybill, which has not come yet")
        code, body = await self._call(_TRACES, {"waybillNo": leg.waybill_no})
        if code in self._answers.unknown_order:
            return Traces(Standing.UNKNOWN_ORDER)
        if code in self._answers.already_cancelled:
            return Traces(Standing.CANCELLED)
        items = body.get("responseItems") if isinstance(body, dict) else body
        if code != _OK or not isinstance(items, list):
            raise CourierUnavailable(f"the traces were answered {code}")
        try:
            scans = [orjson.dumps({**item, "orderNo": leg.order_no}) for item in items]
            reports = [self._door.read(scan) for scan in scans]
        except (PushUnreadable, TypeError) as error:
            raise CourierUnavailable(f"the traces cannot be read: {error}") from error
        return Traces(Standing.OPEN, sorted(reports, key=lambda report: report.occurred_at))

    async def label(self, waybill_no: str) -> bytes:
        asked = {"waybillNo": waybill_no, "type": _LABEL_OF_HEAD_OFFICE, "getURL": "1"}
        code, body = await self._call(_LABEL, asked)
        if code != _OK:
            raise CourierUnavailable(f"the label was answered {code}")
        return await self._wire.fetch_pdf(body)

    async def open_claim(self, leg: Leg, claim_no: str, kind: Kind) -> ClaimAnswer:
        return await self._claim(_CLAIM, leg, {"claimNo": claim_no, "claimType": KINDS[kind]})

    async def claim(self, leg: Leg, claim_no: str) -> ClaimAnswer:
        return await self._claim(_CLAIM_QUERY, leg, {"claimNo": claim_no})

    async def _claim(self, api_code: str, leg: Leg, asked: dict[str, str]) -> ClaimAnswer:
        parcel = {"logisticsOrderNo": leg.order_no, "waybillNo": leg.waybill_no or ""}
        code, body = await self._call(api_code, parcel | asked)
        if code in self._answers.unknown_order:
            return ClaimAnswer(ClaimAnswer.What.REFUSED)
        if code != _OK or not isinstance(body, dict):
            raise CourierUnavailable(f"the claim was answered {code}")
        return claim_answer(body)

    async def statement(self, month: date) -> tuple[bytes, object]:
        code, body = await self._call(_STATEMENT, {"month": f"{month:%Y-%m}"})
        if code in self._answers.unknown_order:
            raise StatementUnusable(Problem.NOT_READY)
        if code != _OK or not isinstance(body, dict):
            raise CourierUnavailable(f"the statement was answered {code}")
        return await self._wire.fetch_file(body.get("url"), LARGEST_STATEMENT), body.get("sha256")

    async def _call(self, api_code: str, document: Any) -> tuple[str, Any]:
        """`retCode` and what `retBody` holds. Raises CourierUnavailable for what leaves open what was done."""
        answer = await self._wire.post(
            {
                "apiCode": api_code,
                "senderNo": self._account.sender_no,
                "authorization": self._account.authorization,
                "timeStamp": _local_now(),
                "logitcsInterface": self._envelope.seal(orjson.dumps(document)),
            }
        )
        code = answer.get("retCode")
        if not isinstance(code, str) or not code or self._answers.leaves_open(code):
            raise CourierUnavailable(f"answered {str(code)[:32]}")
        return code[:32], self._unwrapped(answer.get("retBody"))

    def _unwrapped(self, body: Any) -> Any:
        """JSON text, an envelope with JSON text, or neither: an address, or nothing."""
        if not isinstance(body, str):
            return body
        try:
            text = self._envelope.open(body) if body.startswith("|$4|") else body.encode()
            return orjson.loads(text)
        except (EnvelopeBroken, orjson.JSONDecodeError):
            return body


def _person(address: Address) -> dict[str, str]:
    return {
        "name": address.name,
        "mobile": address.phone,
        "prov": address.province,
        "city": address.city,
        "county": address.county,
        "address": address.address,
    }


def _local_now() -> str:
    return now().astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
