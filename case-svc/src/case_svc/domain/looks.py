"""Who looked at a case, in words the applicant can read. Officers are named by unit and role, not by name."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

Words = tuple[str, str]

ROLES: Final[dict[str, Words]] = {
    "officer": ("民警", "Officer"),
    "supervisor": ("督办民警", "Supervising officer"),
    "auxiliary": ("辅警", "Auxiliary officer"),
}
SERVICES: Final[dict[str, Words]] = {
    "courier-svc": ("寄递服务", "Delivery service"),
    "payment-svc": ("缴费服务", "Payment service"),
}
_OTHER_SERVICE: Final = ("平台服务", "A service of the platform")
THINGS: Final[dict[str, Words]] = {
    "case": ("办件内容", "The case"),
    "material": ("上传的材料", "An uploaded file"),
    "document": ("电子凭证", "An issued document"),
    "address": ("寄送地址", "The delivery address"),
    "payment_reference": ("决定书编号", "The number of the decision"),
}
_BY_DUTY: Final = ("承办单位办理本办件", "The unit in charge handles the case")
_BY_EXCEPTION: Final = (
    "非承办单位民警说明理由后查阅",
    "An officer of another unit opened it and gave a reason",
)
_PURPOSES: Final[dict[str, Words]] = {
    "address": ("安排寄送", "To send a parcel"),
    "payment_reference": ("核对应缴金额", "To look up what is owed"),
}


@dataclass(frozen=True, slots=True)
class Look:
    """`viewer` is an officer's id or a service's name; `reason` what an officer of another unit gave."""

    viewer: str
    unit: str | None
    role: str | None
    what: str
    at: datetime
    grant_id: UUID | None
    reason: str | None

    @property
    def is_service(self) -> bool:
        return self.viewer.endswith("-svc")

    def who(self) -> Words:
        if self.is_service:
            return SERVICES.get(self.viewer, _OTHER_SERVICE)
        return ROLES[self.role or "officer"]

    def thing(self) -> Words:
        return THINGS.get(self.what, THINGS["case"])

    def why(self) -> Words:
        if self.grant_id is not None:
            return _BY_EXCEPTION
        return _PURPOSES.get(self.what, _BY_DUTY) if self.is_service else _BY_DUTY
