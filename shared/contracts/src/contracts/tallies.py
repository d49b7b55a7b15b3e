"""What an owner counted and hashed of one day, so that others can hold what they know against it.

Each context that publishes has a type of its own; all of them look like `DayTallied`.
"""

from datetime import date, datetime
from typing import ClassVar

from .events import Event, Part


class HourTally(Part):
    """`hour` is Shanghai's, 0 to 23. `digest`: 16 hex digits, the sum of the facts' own digests modulo 2^64."""

    hour: int
    count: int
    digest: str


class FactTally(Part):
    """One named fact of the day; hours in which it did not happen are left out."""

    fact: str
    hours: tuple[HourTally, ...]


class DayTallied(Event):
    """A Shanghai day as its owner counts it. `revision` rises when the same day is counted again and differs."""

    KEY: ClassVar[str] = "day"

    day: date
    revision: int
    facts: tuple[FactTally, ...]
    tallied_at: datetime
