"""What any courier takes in, and how it shows itself to its customers: the depot knows no protocol."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, Protocol

from pydantic import BaseModel

from ..fields import Number, text
from .books import Row

Courier = Literal["ems", "sf"]
Line = Annotated[str, text(256)]
MaybeLine = Annotated[str, text(256, shortest=0)]

WORDS = {
    "PICKED_UP": "快件已揽收",
    "IN_TRANSIT": "快件运输中",
    "OUT_FOR_DELIVERY": "快件派送中，请保持电话畅通",
    "FAILED_ATTEMPT": "投递未成功，将再次投递",
    "IN_LOCKER": "快件已投入智能快件箱",
    "TAKEN_FROM_LOCKER": "快件已从智能快件箱取出",
    "DELIVERED": "快件已签收",
    "RETURNING": "快件退回中",
    "RETURNED": "快件已退回寄件人",
}
ENDS = ("DELIVERED", "TAKEN_FROM_LOCKER", "RETURNED", "CANCELLED")


class Party(BaseModel):
    name: Line
    phone: Line
    address: Line
    province: MaybeLine = ""
    city: MaybeLine = ""
    county: MaybeLine = ""


class NewParcel(BaseModel):
    order_no: Number
    sender: Party
    receiver: Party
    id_bound: bool = False
    """Handed only to the named person against the ID card."""


@dataclass(frozen=True, slots=True)
class Scan:
    """`code` is the depot's word or whatever control said, `op_code` what the courier calls it."""

    event_id: str
    code: str
    op_code: str
    time: int
    description: str


class Face(Protocol):
    """How one courier numbers, names and pushes. `codes` says what it calls the depot's words."""

    courier: Courier
    codes: Mapping[str, str]

    def waybill(self, serial: int) -> str: ...

    def push_url(self) -> str: ...

    def push_body(self, parcel: Row, scan: Scan) -> bytes:
        """As the books keep it; the postman's sender dresses it."""


def words_for(code: str, parcel: Row) -> str:
    """What a delivery says of the hand-over, as couriers do."""
    if code == "DELIVERED" and parcel["id_bound"]:
        return "快件已由收件人本人凭有效身份证件签收"
    return WORDS.get(code, code)
