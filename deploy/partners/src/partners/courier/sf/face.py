"""How SF numbers and names parcels, and how its pushes look. Nothing in them is signed: the address is the secret."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Literal
from uuid import uuid4

import orjson

from ...clock import SHANGHAI
from ...notices.book import Notice
from ...notices.postman import Letter
from ...notices.signed import RETRY_SECONDS, json_field
from ..books import Row
from ..parcels import Courier, Scan

CodeSet = Literal["route", "status"]
CODE_SETS: dict[CodeSet, dict[str, str]] = {
    "route": {
        "PICKED_UP": "50",
        "IN_TRANSIT": "31",
        "OUT_FOR_DELIVERY": "44",
        "DELIVERED": "80",
        "FAILED_ATTEMPT": "33",
        "RETURNING": "99",
        "RETURNED": "648",
    },
    "status": {
        "PICKED_UP": "30",
        "IN_TRANSIT": "80",
        "OUT_FOR_DELIVERY": "100",
        "DELIVERED": "160",
        "IN_LOCKER": "161",
        "RETURNING": "170",
    },
}
"""Public texts contradict each other, by product it seems."""


class SfFace:
    courier: Courier = "sf"

    def __init__(self, push_base: str, code_set: CodeSet) -> None:
        self._push_url = f"{push_base.rstrip('/')}/webhooks/courier/sf"
        self.codes: Mapping[str, str] = CODE_SETS[code_set]

    def waybill(self, serial: int) -> str:
        return f"SF{serial:013d}"

    def push_url(self) -> str:
        """Without the secret, which the books do not keep."""
        return self._push_url

    def push_body(self, parcel: Row, scan: Scan) -> bytes:
        number = int.from_bytes(hashlib.sha256(scan.event_id.encode()).digest()[:7])
        route = {"id": str(number), "mailno": parcel["waybill_no"], "orderid": parcel["order_no"]}
        return orjson.dumps(
            {"Body": {"WaybillRoute": [route | route_node(scan.op_code, scan.time, scan.description)]}}
        )


class SfSender:
    """To the secret address; who forges does not know it. Of a stale push nothing could tell.

    The schedule is assumed.
    """

    retry_seconds: tuple[int, ...] = RETRY_SECONDS

    def __init__(self, secret: bytes) -> None:
        self._secret = secret.decode("ascii")

    def letter(self, notice: Notice, sent: str) -> Letter:
        secret = uuid4().hex if sent == "forged" else self._secret
        return Letter(f"{notice.url}/{secret}", notice.body, {"Content-Type": "application/json"})

    def is_ack(self, status: int, answer: bytes) -> bool:
        return status == 200 and json_field(answer, "return_code") == "0000"


def route_node(op_code: str, time: int, description: str) -> dict[str, str]:
    """The members that a node has in a push and in the answer to a query alike."""
    return {
        "acceptTime": datetime.fromtimestamp(time / 1000, SHANGHAI).strftime("%Y-%m-%d %H:%M:%S"),
        "acceptAddress": "西安市",
        "opCode": op_code,
        "remark": description,
    }
