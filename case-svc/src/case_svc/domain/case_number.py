"""The number people quote (办件编号)."""

import re
from datetime import datetime
from typing import Final

from chassis.clock import SHANGHAI

PATTERN: Final = r"^XA[0-9]{6}-[0-9]{7,10}$"
_NUMBER: Final = re.compile(PATTERN)


def case_number(sequence: int, at: datetime) -> str:
    """`XA261123-0000042`: the day of submission in Shanghai and a running number, never used twice."""
    return f"XA{at.astimezone(SHANGHAI):%y%m%d}-{sequence:07d}"


def read_case_number(text: str) -> str | None:
    """A number as people type it; None for what cannot be one."""
    number = text.strip().upper()
    return number if _NUMBER.fullmatch(number) else None
