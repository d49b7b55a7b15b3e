"""What the courier reads and says. Field by field: PROTOCOL.md §5."""

from typing import Annotated, Literal

import orjson
from pydantic import BaseModel

from ..clock import wire
from ..edge import Document
from ..fields import NotifyUrl, Number, text
from .books import Row, Trace

Line = Annotated[str, text(256)]
MaybeLine = Annotated[str, text(256, shortest=0)]

WORDS = {
    "PICKED_UP": "快件已揽收",
    "IN_TRANSIT": "快件运输中",
    "OUT_FOR_DELIVERY": "快件派送中，请保持电话畅通",
    "DELIVERED": "快件已签收",
    "RETURNED": "快件已退回寄件人",
}


class Party(BaseModel):
    name: Line
    phone: Line
    address: Line
    province: MaybeLine = ""
    city: MaybeLine = ""
    county: MaybeLine = ""


class PlaceParcel(BaseModel):
    order_no: Number
    direction: Literal["to_applicant", "from_applicant"]
    sender: Party
    receiver: Party
    notify_url: NotifyUrl
    id_bound: bool = False
    contents: MaybeLine = "DOCUMENT"


class CancelParcel(BaseModel):
    reason: MaybeLine = ""


def parties_json(asked: PlaceParcel) -> str:
    return asked.model_dump_json(include={"sender", "receiver"})


def state_document(row: Row) -> Document:
    return {"order_no": row["order_no"], "waybill_no": row["waybill_no"], "state": row["state"]}


def traces_document(row: Row, traces: list[Row]) -> Document:
    return {
        "order_no": row["order_no"],
        "waybill_no": row["waybill_no"],
        "direction": row["direction"],
        "state": row["state"],
        "traces": [
            {
                "event_id": trace["event_id"],
                "code": trace["code"],
                "time": wire(trace["time"]),
                "description": trace["description"],
            }
            for trace in traces
        ],
    }


def push_body(row: Row, trace: Trace) -> bytes:
    push = {
        "event_id": trace.event_id,
        "order_no": row["order_no"],
        "waybill_no": row["waybill_no"],
        "code": trace.code,
        "time": wire(trace.time),
        "description": trace.description,
    }
    return orjson.dumps(push)
