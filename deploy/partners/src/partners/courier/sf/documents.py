"""What SF reads, as far as the sandbox looks at it. Field by field: PROTOCOL.md §5.2."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field, model_validator

from ...fields import Number
from ..claims import NewClaim
from ..parcels import Line, MaybeLine, NewParcel, Party

_ID_BOUND = "凭身份证"


class Contact(BaseModel):
    contactType: Literal[1, 2]
    contact: Line
    mobile: MaybeLine = ""
    tel: MaybeLine = ""
    country: MaybeLine = "CN"
    province: MaybeLine = ""
    city: MaybeLine = ""
    county: MaybeLine = ""
    address: Line

    @model_validator(mode="after")
    def _can_be_called(self) -> "Contact":
        if not (self.mobile or self.tel):
            raise ValueError("mobile or tel is needed")
        return self

    def party(self) -> Party:
        return Party(
            name=self.contact, phone=self.mobile or self.tel, province=self.province, city=self.city,
            county=self.county, address=self.address,
        )  # fmt: skip


class CargoDetail(BaseModel):
    name: Line


class CreateOrder(BaseModel):
    language: MaybeLine = "zh-CN"
    orderId: Number
    cargoDetails: Annotated[list[CargoDetail], Field(min_length=1)]
    contactInfoList: Annotated[list[Contact], Field(min_length=2, max_length=2)]
    monthlyCard: Line
    expressTypeId: Annotated[int, Field(ge=1)]
    payMethod: Literal[1, 2, 3]
    remark: MaybeLine = ""

    @model_validator(mode="after")
    def _one_of_each(self) -> "CreateOrder":
        if sorted(contact.contactType for contact in self.contactInfoList) != [1, 2]:
            raise ValueError("one sender and one receiver are needed")
        return self

    def parcel(self) -> NewParcel:
        of_type = {contact.contactType: contact.party() for contact in self.contactInfoList}
        return NewParcel(
            order_no=self.orderId, sender=of_type[1], receiver=of_type[2], id_bound=_ID_BOUND in self.remark
        )


class UpdateOrder(BaseModel):
    orderId: Number
    dealType: Literal[1, 2]


class CreateClaim(NewClaim):
    orderId: Number


class SearchOrder(BaseModel):
    orderId: Number


class SearchRoutes(BaseModel):
    trackingType: Literal[1, 2]
    trackingNumber: Annotated[list[Line], Field(min_length=1, max_length=10)]


class PrintedWaybill(BaseModel):
    masterWaybillNo: Line


class PrintWaybills(BaseModel):
    templateCode: Line
    version: Literal["2.0"]
    fileType: Literal["pdf"]
    sync: Literal[True]
    documents: Annotated[list[PrintedWaybill], Field(min_length=1, max_length=1)]
