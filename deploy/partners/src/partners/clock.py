"""Time in the sandbox: integer milliseconds since 1970 inside, RFC 3339 in +08:00 on the wire."""

import time
from datetime import datetime, timedelta, timezone

SHANGHAI = timezone(timedelta(hours=8))


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def wire(ms: int) -> str:
    """`1795343459000` → `2026-11-22T18:30:59.000+08:00`."""
    return datetime.fromtimestamp(ms / 1000, SHANGHAI).isoformat(timespec="milliseconds")


def wire_or_none(ms: int | None) -> str | None:
    return None if ms is None else wire(ms)


def to_ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
