"""For other services, with a service token; the gateway never routes here."""

from typing import Annotated, Literal
from uuid import UUID

from chassis.http import Caller, Router, Uow, allow_service
from fastapi import Depends
from pydantic import BaseModel

from ..application.hand_out import hand_out_address, hand_out_payment_reference
from .dependencies import Desk

router = Router(prefix="/internal/cases", tags=["internal"])
Courier = Annotated[Caller, Depends(allow_service("courier-svc"))]
Payments = Annotated[Caller, Depends(allow_service("payment-svc"))]


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
    caller: Courier,
    desk: Desk,
    direction: Literal["to_applicant", "from_applicant"],
) -> ParcelAddress:
    """Where a parcel goes, or is fetched; 409 `address-missing` while nobody has said."""
    return ParcelAddress(**await hand_out_address(desk, uow, case_id, direction, service=caller.subject))


@router.get("/{case_id}/payment-reference")
async def get_payment_reference(case_id: UUID, uow: Uow, caller: Payments, desk: Desk) -> PaymentReference:
    """What the issuing system knows the sum by."""
    return PaymentReference(**await hand_out_payment_reference(desk, uow, case_id, service=caller.subject))
