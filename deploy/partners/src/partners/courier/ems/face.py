"""How EMS numbers and names parcels, and how its pushes look."""

import hashlib
import os
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from time import time

import orjson

from ...clock import SHANGHAI
from ...notices.book import Notice
from ...notices.postman import Letter
from ...notices.signed import RETRY_SECONDS, STALE_SECONDS, json_field
from ..books import Row
from ..parcels import Courier, Scan
from .envelope import Envelope

_SERIAL_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)
BY_THE_PERSON = "10"


_CODES = {
    "PICKED_UP": "203",
    "IN_TRANSIT": "305",
    "OUT_FOR_DELIVERY": "702",
    "DELIVERED": "704",
    "FAILED_ATTEMPT": "705",
    "RETURNING": "708",
    "RETURNED": "711",
    "IN_LOCKER": "747",
    "TAKEN_FROM_LOCKER": "748",
}


class EmsFace:
    courier: Courier = "ems"
    codes: Mapping[str, str] = _CODES

    def __init__(self, push_base: str) -> None:
        self._push_url = f"{push_base.rstrip('/')}/webhooks/courier/ems"

    def waybill(self, serial: int) -> str:
        return waybill(serial)

    def push_url(self) -> str:
        return self._push_url

    def push_body(self, parcel: Row, scan: Scan) -> bytes:
        item = trace_item(parcel, scan.op_code, scan.time, scan.description)
        return orjson.dumps({"orderNo": parcel["order_no"], **item})


class EmsSender:
    """Pushes in an envelope, without the check that requests carry. The schedule is assumed."""

    retry_seconds: tuple[int, ...] = RETRY_SECONDS

    def __init__(self, envelope: Envelope, sender_no: str) -> None:
        self._envelope = envelope
        self._stranger = Envelope(b64encode(os.urandom(16)))
        self._sender_no = sender_no

    def letter(self, notice: Notice, sent: str) -> Letter:
        envelope = self._stranger if sent == "forged" else self._envelope
        moment = time() - (STALE_SECONDS if sent == "stale" else 0)
        document = {
            "logitcsInterface": envelope.seal(notice.body, checked=False),
            "method": "040002",
            "msgType": "0",
            "senderNo": self._sender_no,
            "serialNo": hashlib.sha256(notice.notice_id.encode()).hexdigest()[:32].upper(),
            "timeStamp": datetime.fromtimestamp(moment, SHANGHAI).strftime("%Y-%m-%d %H:%M:%S"),
            "version": "v1.0.0",
        }
        return Letter(notice.url, orjson.dumps(document), {"Content-Type": "application/json"})

    def is_ack(self, status: int, answer: bytes) -> bool:
        return status == 200 and json_field(answer, "code") == "00000"


def trace_item(parcel: Row, op_code: str, time: int, description: str) -> dict[str, str]:
    """The members that a trace has in a push and in the answer to a query alike."""
    item = {
        "waybillNo": parcel["waybill_no"],
        "opTime": datetime.fromtimestamp(time / 1000, SHANGHAI).strftime("%Y-%m-%d %H:%M:%S"),
        "opCode": op_code,
        "opName": description[:20],
        "opDesc": description,
        "opOrgCode": "71000000",
        "opOrgName": "沙箱处理中心",
        "opOrgCity": "西安市",
        "opOrgProvName": "陕西省",
        "operatorName": "沙箱",
    }
    return item | ({"deliverCode": BY_THE_PERSON} if op_code == "704" else {})


def waybill(serial: int) -> str:
    """`EX` + 8 digits + check digit + `CN`, as the postal union counts it (S10)."""
    digits = f"{serial % 10**8:08d}"
    rest = 11 - sum(int(digit) * weight for digit, weight in zip(digits, _SERIAL_WEIGHTS, strict=True)) % 11
    return f"EX{digits}{ {10: 0, 11: 5}.get(rest, rest) }CN"
