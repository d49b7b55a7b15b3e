"""The end of a part's log, readable: services write JSON lines, servers plain ones."""

import json
import os
from pathlib import Path


def last_lines(log: Path, start: int = 0, count: int = 6) -> list[str]:
    """The last lines of what was written from byte `start` on; JSON ones by their message and its cause."""
    with log.open("rb") as file:
        end = file.seek(0, os.SEEK_END)
        file.seek(max(start, end - 40_000))
        text = file.read().decode(errors="replace")
    lines = [_readable(line) for line in text.splitlines()]
    return [line for line in lines if line][-count:]


def _readable(line: str) -> str:
    try:
        record = json.loads(line)
    except ValueError:
        return line.rstrip()
    if not isinstance(record, dict) or "event" not in record:
        return line.rstrip()
    level = f"{record['level']}: " if record.get("level") not in (None, "info") else ""
    cause = _last(str(record["exception"])) if "exception" in record else ""
    return level + _last(str(record["event"])) + (f" ({cause})" if cause else "")


def _last(text: str) -> str:
    """The line of a traceback that says what went wrong."""
    return (text.strip().splitlines() or [""])[-1].strip()
