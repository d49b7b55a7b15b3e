"""What people are told inside the platform (站内消息): a kind and facts; the words are made when they are read."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

WORDS: Final[dict[str, tuple[str, str]]] = {
    "logged_in": (
        "您的账号在新设备上登录。如非本人操作，请在“登录设备”中退出该设备并修改口令。",
        "Your account was logged in on a new device. If it was not you, end that session and change your password.",
    ),
}
"""Kind → (zh, en); `{name}` in them is filled in from the facts. Facts are ids, codes and times, nobody's data."""


@dataclass(frozen=True, slots=True)
class Message:
    id: UUID
    kind: str
    facts: dict[str, Any]
    at: datetime
    read_at: datetime | None

    def text(self) -> tuple[str, str]:
        """In Chinese and English."""
        zh, en = WORDS[self.kind]
        return zh.format_map(self.facts), en.format_map(self.facts)
