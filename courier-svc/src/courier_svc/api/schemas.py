"""What goes in and out, as JSON. Addresses go out masked, to their owner too."""

from datetime import datetime
from typing import Any, Literal, Self
from uuid import UUID

from contracts.addresses import PostalAddress
from pydantic import BaseModel, ConfigDict, Field, model_validator

from courier_svc.application.ports import HeardReport
from courier_svc.domain.acts import Act, What
from courier_svc.domain.address import Address
from courier_svc.domain.proof import Proof
from courier_svc.domain.shipment import Direction, Shipment
from courier_svc.domain.transitions import State

from .claim_views import ClaimView


class AddressIn(PostalAddress):
    """收件（或寄件）地址 · where a parcel goes, or is fetched."""

    def to_address(self) -> Address:
        return Address(**self.model_dump())


class SavedChoice(BaseModel):
    """One of the applicant's address book, `/api/identity/me/addresses`; what it says now is copied."""

    model_config = ConfigDict(extra="forbid")

    saved_address_id: UUID


class ResendIn(BaseModel):
    """Without an address it goes to the one given here before, else to the case's present one.

    `saved_address_id` instead of `address`: one of the caller's address book.
    """

    model_config = ConfigDict(extra="forbid")

    address: AddressIn | None = None
    saved_address_id: UUID | None = None

    @model_validator(mode="after")
    def _one_at_most(self) -> Self:
        if self.address is not None and self.saved_address_id is not None:
            raise ValueError("地址和地址簿编号只填一项 · give address or saved_address_id, not both")
        return self


class MaskedAddress(BaseModel):
    name: str
    phone: str
    province: str
    city: str
    county: str
    address: str


STATE_NAMES: dict[State, tuple[str, str]] = {
    State.REQUESTED: ("正在下单", "being ordered"),
    State.CREATED: ("等待揽收", "waiting for pick-up"),
    State.PICKED_UP: ("已揽收", "picked up"),
    State.IN_TRANSIT: ("运输中", "on its way"),
    State.DELIVERED: ("已妥投", "delivered"),
    State.RETURNED: ("已退回", "returned"),
    State.CANCELLED: ("已取消", "cancelled"),
    State.LOST: ("已丢失", "lost"),
    State.NEEDS_ATTENTION: ("需要处理", "needs attention"),
}


class ShipmentView(BaseModel):
    """`leg` counts how often the courier was given it; `attention` is a code: why a person should look."""

    id: UUID
    case_id: UUID
    case_no: str
    direction: Direction
    state: State
    state_name: str
    state_name_en: str
    courier: str = Field(description="承运的快递公司 · who carries the present leg: ems, sf")
    waybill_no: str | None
    leg: int
    postage_free: bool
    awaits_postage: bool = Field(description="支付寄递费后才寄出 · sent once its postage is paid")
    id_bound: bool = Field(description="须本人凭身份证件签收 · handed over against the ID card only")
    attention: str | None
    address_change_pending: bool
    requested_at: datetime
    created_at: datetime | None
    picked_up_at: datetime | None
    ended_at: datetime | None
    last_heard_at: datetime | None

    @classmethod
    def of(cls, shipment: Shipment) -> "ShipmentView":
        return cls(**_plain(shipment))


class ProofView(BaseModel):
    """签收凭证：快递公司的原话 · proof of delivery, in the courier's own words; `how` is its code for the manner."""

    at: datetime
    words: str
    how: str | None
    id_bound: bool

    @classmethod
    def of(cls, proof: Proof) -> "ProofView":
        return cls(at=proof.at, words=proof.words, how=proof.how, id_bound=proof.id_bound)


class ScanView(BaseModel):
    """One thing the courier said. Verdict `recorded`: true, but it moved nothing."""

    occurred_at: datetime
    code: str
    description: str
    waybill_no: str | None
    verdict: Literal["applied", "recorded", "contradiction"]


_ACTS: dict[tuple[What, str], tuple[str, str]] = {
    ("address_changed", "applicant"): ("收件人修改了地址", "the applicant changed the address"),
    ("address_changed", "agent"): ("代理人修改了地址", "an agent changed the address"),
    ("sent_again", "applicant"): ("申请人要求重新寄出", "the applicant had it sent again"),
    ("sent_again", "agent"): ("代理人要求重新寄出", "an agent had it sent again"),
    ("label_printed", "officer"): ("承办单位打印了面单", "the unit printed the label"),
    ("sent_again", "officer"): ("承办单位重新寄出", "the unit sent it again"),
    ("claimed", "applicant"): ("申请人报丢失或损坏", "the applicant called it lost or damaged"),
    ("claimed", "agent"): ("代理人报丢失或损坏", "an agent called it lost or damaged"),
    ("claimed", "officer"): ("承办单位报丢失或损坏", "the unit called it lost or damaged"),
    ("reissued", "officer"): ("承办单位决定重新制发", "the unit has it made anew"),
}


class ActView(BaseModel):
    """What somebody did with the parcel. `acted_by`: the account that did it for the applicant, by `mandate_id`."""

    at: datetime
    what: What
    by: Literal["applicant", "agent", "officer"]
    text: str
    text_en: str
    acted_by: UUID | None
    mandate_id: UUID | None

    @classmethod
    def of(cls, act: Act) -> "ActView":
        who = act.by.who
        text, text_en = _ACTS[act.what, who]
        return cls(
            at=act.at,
            what=act.what,
            by=who,
            text=text,
            text_en=text_en,
            acted_by=act.by.acted_by,
            mandate_id=act.by.mandate_id,
        )


class ShipmentDetail(ShipmentView):
    """`address` is masked; null before it was needed and after it was purged."""

    address: MaskedAddress | None
    proof: ProofView | None = Field(description="妥投后才有，保存一年 · once delivered, kept for a year")
    claims: list[ClaimView] = Field(description="丢失、损坏的索赔 · claims, oldest first")
    scans: list[ScanView] = Field(description="最早的在前 · oldest first")
    acts: list[ActView] = Field(
        description="谁改过地址、要求重寄、打印面单，最早的在前 · who redirected or resent it, or printed its label"
    )

    @classmethod
    def with_scans(
        cls,
        shipment: Shipment,
        address: Address | None,
        proof: Proof | None,
        scans: list[ScanView],
        acts: list[Act],
        claims: list[ClaimView],
    ) -> "ShipmentDetail":
        masked = address.masked() if address else None
        return cls(
            **_plain(shipment),
            address=MaskedAddress.model_validate(masked, from_attributes=True) if masked else None,
            proof=ProofView.of(proof) if proof else None,
            scans=scans,
            acts=[ActView.of(act) for act in acts],
            claims=claims,
        )


def scan_view(report: HeardReport, description: str) -> ScanView:
    return ScanView(
        occurred_at=report.occurred_at,
        code=report.code,
        description=description,
        waybill_no=report.waybill_no,
        verdict=report.verdict,  # type: ignore[arg-type]
    )


def _plain(shipment: Shipment) -> dict[str, Any]:
    name, name_en = STATE_NAMES[shipment.state]
    return {
        "id": shipment.id,
        "case_id": shipment.case_id,
        "case_no": shipment.case_no,
        "direction": shipment.direction,
        "state": shipment.state,
        "state_name": name,
        "state_name_en": name_en,
        "courier": shipment.courier,
        "waybill_no": shipment.waybill_no,
        "leg": shipment.leg,
        "postage_free": shipment.postage_free,
        "awaits_postage": shipment.awaits_postage and shipment.state is State.REQUESTED,
        "id_bound": shipment.id_bound,
        "attention": shipment.attention,
        "address_change_pending": shipment.sealed_next_address is not None,
        "requested_at": shipment.requested_at,
        "created_at": shipment.created_at,
        "picked_up_at": shipment.picked_up_at,
        "ended_at": shipment.ended_at,
        "last_heard_at": shipment.last_heard_at,
    }
