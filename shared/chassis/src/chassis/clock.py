"""The one clock: UTC inside, Asia/Shanghai where people read."""

from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def shown(moment: datetime) -> str:
    """`moment` as people read it here: `2026-11-22 18:30` in Shanghai time."""
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
