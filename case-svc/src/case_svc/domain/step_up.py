"""What an applicant whose level does not do can do about it, with their draft as it is."""

from dataclasses import dataclass
from typing import Any, Final

from .item import Item
from .people import Applicant

_WAYS: Final[tuple[tuple[int, str, str, str, str], ...]] = (
    (1, "用本人手机号注册并登录", "Register with your own phone", "POST", "/api/identity/accounts"),
    (2, "完成实名认证", "Pass the real-name check", "POST", "/api/identity/real-name"),
    (3, "完成人脸核验", "Pass the face check", "POST", "/api/identity/face-checks"),
    (
        4,
        "携带身份证件到任一服务窗口核验（href 为窗口列表）",
        "Show your document at any window; `href` lists them",
        "GET",
        "/api/identity/windows",
    ),
)


@dataclass(frozen=True, slots=True)
class StepUp:
    """`required` is the item's level, `present` the applicant's; of whoever acts, where somebody does."""

    required: int
    present: int

    @property
    def ways(self) -> list[dict[str, Any]]:
        """Everything that leads at least so far: `level`, `text`, `text_en`, `method`, `href`."""
        return [
            {"level": level, "text": zh, "text_en": en, "method": method, "href": href}
            for level, zh, en, method, href in _WAYS
            if level >= self.required
        ]


def step_up(item: Item, applicant: Applicant, floor: int) -> StepUp | None:
    """What submitting lacks; None where nothing is. `floor` is the least that any item takes here."""
    required = max(item.min_ial, floor)
    return StepUp(required, applicant.ial) if applicant.ial < required else None
