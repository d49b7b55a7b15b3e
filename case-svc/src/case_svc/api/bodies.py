"""What may be sent. Lengths are limits against abuse, far above what people write."""

from typing import Annotated, Any, Literal
from uuid import UUID

from contracts.addresses import PostalAddress
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

_VISIBLE = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
"""Tabs and line ends, but no other control characters."""

Text = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000, pattern=_VISIBLE)
]
ShortText = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=_VISIBLE)
]
ItemCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2,12}-[0-9]{3}$", max_length=20)]
PlaceCode = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9-]{1,20}$")]
MaterialKey = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_]{1,64}$")]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class OpeningReason(Body):
    """At least ten characters: the applicant reads it, and two supervisors do."""

    reason: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=10, max_length=500, pattern=_VISIBLE)
    ] = Field(examples=["群众来电求助，需核对其在该局的申请进度"])


class Claim(Body):
    """`take_over`: also where a colleague claimed it."""

    take_over: bool = False


class NewCase(Body):
    """`branch` or `window` say where to apply, where the item is not the city's; they may follow later."""

    item_code: ItemCode = Field(examples=["HUZHENG-001"])
    branch: PlaceCode | None = Field(None, examples=["XC"])
    window: PlaceCode | None = Field(None, examples=["W-XC-01"])
    answers: dict[str, Any] = Field(default_factory=dict)


class Place(Body):
    branch: PlaceCode | None = None
    window: PlaceCode | None = None


class AnswersBody(Body):
    """`version` instead of an If-Match header, for clients that cannot send one."""

    answers: dict[str, Any]
    version: int | None = Field(None, ge=1, le=1_000_000_000)


class Address(PostalAddress):
    """Where a parcel goes, or is fetched. The item's form may ask for more."""


class SavedChoice(Body):
    """One of the applicant's address book, `/api/identity/me/addresses`; what it says now is copied."""

    saved_address_id: UUID


class Withdrawal(Body):
    reason: Text | None = None


class Supplement(Body):
    note: Text | None = None


class Rejection(Body):
    reason: Text
    legal_basis: Text | None = None


class Lacking(Body):
    """One thing that is missing or wrong; `path` points at it where there is a place for it."""

    what: Text
    path: ShortText | None = Field(None, examples=["/materials/m2", "/answers/phone"])


class SupplementRequest(Body):
    """Everything lacking at once. `reason` is needed from the second request on."""

    lacking: Annotated[list[Lacking], Field(min_length=1, max_length=50)]
    reason: Text | None = None


class Decision(Body):
    """`opinion` stays among officers. A denial needs `reason` and `legal_basis`; the remedy is added."""

    decision: Literal["approve", "deny"]
    opinion: Text | None = None
    reason: Text | None = None
    legal_basis: Text | None = None

    @model_validator(mode="after")
    def _denials_are_reasoned(self) -> "Decision":
        missing = [name for name in ("reason", "legal_basis") if getattr(self, name) is None]
        if self.decision == "deny" and missing:
            raise PydanticCustomError(
                "denial_unreasoned",
                "不予批准须说明理由和法律依据 · a denial needs reason and legal_basis; missing: {missing}",
                {"missing": ", ".join(missing)},
            )
        return self
