"""Claims, as they come in and are shown."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from courier_svc.domain.claims import Claim, ClaimState, Kind

CLAIM_STATES: Final[dict[ClaimState, tuple[str, str]]] = {
    ClaimState.OPENED: ("已受理，正在通知快递公司", "taken in; the courier is being told"),
    ClaimState.WITH_COURIER: ("快递公司正在查找", "the courier is looking into it"),
    ClaimState.COMPENSATED: ("快递公司已确认并赔付", "the courier admits it, and pays"),
    ClaimState.REFUSED: ("快递公司不予赔付", "the courier refuses to pay"),
    ClaimState.FOUND: ("快件已找到", "it turned up"),
}


class ClaimIn(BaseModel):
    """报丢失或损坏 · `words`: what happened; shown to the unit, not to the courier."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    words: (
        Annotated[
            str,
            StringConstraints(
                strip_whitespace=True,
                min_length=2,
                max_length=500,
                pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$",
            ),
        ]
        | None
    ) = Field(None, examples=["外封被撕开，证件折断"])


class ClaimView(BaseModel):
    """`compensation_cents`: what the courier pays the bureau; `reissued_at`: since when it is made anew, for free."""

    id: UUID
    kind: Kind
    state: ClaimState
    state_name: str
    state_name_en: str
    words: str | None
    opened_at: datetime
    told_at: datetime | None
    ended_at: datetime | None
    compensation_cents: int | None
    reissued_at: datetime | None

    @classmethod
    def of(cls, claim: Claim, words: str | None) -> "ClaimView":
        name, name_en = CLAIM_STATES[claim.state]
        return cls(
            id=claim.id,
            kind=claim.kind,
            state=claim.state,
            state_name=name,
            state_name_en=name_en,
            words=words,
            opened_at=claim.opened_at,
            told_at=claim.told_at,
            ended_at=claim.ended_at,
            compensation_cents=claim.compensation_cents,
            reissued_at=claim.reissued_at,
        )
