"""What is asked of mandates, read strictly."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from uuid import UUID

from chassis.clock import SHANGHAI, now
from chassis.problems import FieldError, InvalidInput
from pydantic import Field, StringConstraints

from ...application.mandates.add_ward import Ward
from ...application.mandates.offer import Offering
from ...application.mandates.ports import Offer
from ...domain.mandates.mandate import Scope
from ..fields import Body, IdNumber, Name, Phone, Reader

ItemCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2,16}-\d{3}$")]
DepartmentCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2,16}$")]


class _Limited(Body):
    """`items` and `departments` are what it is for; both empty, everything. It ends with the day `until` (Shanghai)."""

    items: Annotated[tuple[ItemCode, ...], Field(max_length=100)] = ()
    departments: Annotated[tuple[DepartmentCode, ...], Field(max_length=20)] = ()
    until: Annotated[date, Field(examples=["2027-06-30"], description="最后一天 · the last day")]

    def scope(self) -> Scope:
        return Scope(tuple(sorted(set(self.items))), tuple(sorted(set(self.departments))))

    def expires_at(self, longest: timedelta) -> datetime:
        """The end of the last day. Raises InvalidInput for one that is over, or too far."""
        today = now().astimezone(SHANGHAI).date()
        if not today <= self.until <= today + longest:
            last = today + longest
            raise InvalidInput(
                f"截止日期须在今天至 {last:%Y-%m-%d} 之间，请修改后重试。",
                f"The last day must lie between today and {last:%Y-%m-%d}.",
                errors=[FieldError("/until", "日期已过或太远", "over, or too far ahead")],
            )
        return datetime.combine(self.until + timedelta(days=1), time.min, SHANGHAI).astimezone(UTC)


class NewMandate(_Limited):
    """Whom: by phone and name, whether they have an account yet or not. From a company's account it appoints an agent;
    `may_appoint` lets that agent appoint and dismiss others. `principal_id`: the company, where such an agent does so.
    """

    agent_phone: Phone = Field(examples=["13800000003"])
    agent_name: Name = Field(examples=["赵敏"])
    may_appoint: bool = False
    principal_id: UUID | None = None

    def read(self, longest: timedelta) -> Offering:
        """Raises InvalidInput."""
        reader = Reader()
        phone, name = reader.phone_at("/agent_phone", self.agent_phone), reader.name(self.agent_name)
        reader.done()
        return Offering(
            Offer(phone, name), self.scope(), self.expires_at(longest), self.may_appoint, self.principal_id
        )


class NewWard(_Limited):
    """A child under 18, as in their household register or identity card."""

    name: Name = Field(examples=["王小宝"])
    id_number: IdNumber

    def read(self) -> Ward:
        """Raises InvalidInput."""
        reader = Reader()
        ward = Ward(reader.name(self.name), reader.id_number(self.id_number))
        reader.done()
        return ward


class WardAtWindow(NewWard):
    """What the officer saw; `guardian_phone` finds the guardian's account."""

    guardian_phone: Phone = Field(examples=["13800000001"])
    window: Annotated[str, Field(max_length=40, examples=["W-XC-01"])]

    def phone(self) -> str:
        """Raises InvalidInput."""
        reader = Reader()
        phone = reader.phone_at("/guardian_phone", self.guardian_phone)
        reader.done()
        return phone


class ActingRequest(Body):
    mandate_id: UUID
