"""A case's timeline, as a person reads it."""

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

from .api import Json

SHANGHAI = timezone(timedelta(hours=8))


def told(timeline: Json) -> Iterator[str]:
    """A heading and one line an entry, times of Shanghai."""
    yield f"办件 {timeline['case_no']} 的办理过程（{timeline['state_text']}）"
    for entry in timeline["entries"]:
        at = datetime.fromisoformat(entry["at"]).astimezone(SHANGHAI)
        yield f"  {at:%m-%d %H:%M:%S}  {entry['text']}"
