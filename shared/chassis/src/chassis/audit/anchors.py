"""Heads of the chain outside the database: lines appended to a file that no database administrator can reach."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson

from .chain import Head, read_head, signature


@dataclass(frozen=True, slots=True)
class Anchored:
    """One line: its head, or None where it cannot be read; `genuine`: signed by us (or nobody here signs)."""

    where: str
    head: Head | None
    genuine: bool


class AnchorFile:
    """`<folder>/<service>.jsonl`, one head a line, each on the disk before its seal is called anchored."""

    def __init__(self, folder: Path, service: str, key: bytes | None) -> None:
        self.path = folder / f"{service}.jsonl"
        self._key = key

    def newest(self) -> Head | None:
        """The last head that can be read; None where there is none."""
        heads = [line.head for line in self.lines() if line.head is not None]
        return heads[-1] if heads else None

    def lines(self) -> Iterator[Anchored]:
        if not self.path.exists():
            return
        for number, line in enumerate(self.path.read_bytes().splitlines(), 1):
            yield read_anchor(f"{self.path.name}:{number}", line, self._key)

    def append(self, head: Head) -> None:
        """Blocking. A line torn by a crash is ended first, so that it spoils no other."""
        new = not self.path.exists()
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            size = os.fstat(file).st_size
            torn = size > 0 and os.pread(file, 1, size - 1) != b"\n"
            os.write(file, (b"\n" if torn else b"") + orjson.dumps(head.to_json(self._key)) + b"\n")
            os.fsync(file)
        finally:
            os.close(file)
        if new:
            folder = os.open(self.path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)


def read_anchor(where: str, text: bytes, key: bytes | None) -> Anchored:
    try:
        found = orjson.loads(text)
        head = read_head(found)
        return Anchored(where, head, key is None or found.get("signature") == signature(head, key))
    except (ValueError, KeyError, TypeError, AttributeError):
        return Anchored(where, None, genuine=False)
