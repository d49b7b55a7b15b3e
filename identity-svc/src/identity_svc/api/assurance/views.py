"""A level, the proofs it stands on, and what would raise it."""

from datetime import datetime
from typing import Final, Literal

from pydantic import BaseModel, Field

from ...domain.assurance import Record, Source


class ProofView(BaseModel):
    """One proof: what it is worth, what it was, since when and until when; `window` where an officer saw it."""

    level: int
    source: Source
    at: datetime
    expires_at: datetime | None
    window: str | None

    @classmethod
    def of(cls, record: Record) -> "ProofView":
        return cls(
            level=record.level,
            source=record.source,
            at=record.at,
            expires_at=record.expires_at,
            window=record.window,
        )


class WayUp(BaseModel):
    """What would raise the level, to which; `method` and `href`: the call it begins with."""

    level: int
    text: str
    text_en: str
    method: Literal["GET", "POST"]
    href: str


class AssuranceView(BaseModel):
    """`ial` is the present level: 0 none, 1 phone, 2 name and number, 3 face, 4 at a window."""

    ial: int = Field(ge=0, le=4)
    proofs: list[ProofView]
    ways_up: list[WayUp]


WAYS_UP: Final = (
    WayUp(level=2, text="实名认证（姓名和身份证号）", text_en="Real-name check: name and number",
          method="POST", href="/api/identity/real-name"),
    WayUp(level=3, text="人脸核验", text_en="Face check", method="POST", href="/api/identity/face-checks"),
    WayUp(level=4, text="携带本人有效身份证件到任一服务窗口核验（href 为窗口列表）",
          text_en="Show your identity document at any window; `href` lists them",
          method="GET", href="/api/identity/windows"),
)  # fmt: skip
