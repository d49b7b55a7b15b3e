"""For other services, with a service token; the gateway never routes here."""

from typing import Literal
from uuid import UUID

from chassis.http import Router, Uow
from pydantic import BaseModel

from ..application.hand_out import hand_out_address, hand_out_payment_reference
from .dependencies import CallingService, Desk

router = Router(prefix="/internal/cases", tags=["internal"])


class ParcelAddress(BaseModel):
    name: str
    phone: str
    province: str
    city: str
    county: str
    address: str


class PaymentReference(BaseModel):
    decision_no: str


@router.get("/{case_id}/address")
async def get_address(
    case_id: UUID,
    uow: Uow,
    service: CallingService,
    desk: Desk,
    direction: Literal["to_applicant", "from_applicant"],
) -> ParcelAddress:
    """Where a parcel goes, or is fetched; 409 `address-missing` while nobody has said."""
    return ParcelAddress(**await hand_out_address(desk, uow, case_id, direction, service=service))


@router.get("/{case_id}/payment-reference")
async def get_payment_reference(
    case_id: UUID, uow: Uow, service: CallingService, desk: Desk
) -> PaymentReference:
    """What the issuing system knows the sum by."""
    return PaymentReference(**await hand_out_payment_reference(desk, uow, case_id, service=service))
