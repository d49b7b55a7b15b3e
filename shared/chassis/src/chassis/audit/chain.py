"""How rows and seals are hashed. Pure; a change here makes every chain there is look broken.

A row's hash is the SHA-256 of its canonical JSON: `[id, at in µs, action, actor, subject, facts, trace_id]`, keys
sorted, no spaces, UTF-8. A seal's hash is the SHA-256 of `audit-seal/1`, the hash of the seal before, its number and
time (µs), then each row's id and hash, numbers as 8 bytes big-endian.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import orjson

GENESIS: Final = bytes(32)
"""What the first seal follows."""
_DOMAIN: Final = b"audit-seal/1"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Head:
    """The newest seal of a service's log: all that is needed to know its past again."""

    service: str
    number: int
    hash: bytes
    rows: int
    sealed_at: datetime

    def to_json(self, key: bytes | None) -> dict[str, Any]:
        """As it is anchored; signed where there is a key, so that nobody else can write one."""
        return {
            "service": self.service,
            "number": self.number,
            "hash": self.hash.hex(),
            "rows": self.rows,
            "sealed_at": self.sealed_at.isoformat(),
            "signature": signature(self, key),
        }


def signature(head: Head, key: bytes | None) -> str:
    """HMAC-SHA256 in hex; empty without a key."""
    if key is None:
        return ""
    text = f"audit-head/1\n{head.service}\n{head.number}\n{head.hash.hex()}\n{head.rows}\n{_micros(head.sealed_at)}"
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def read_head(text: Mapping[str, Any]) -> Head:
    """Raises ValueError, KeyError or TypeError for what was never written by `to_json`."""
    return Head(
        service=str(text["service"]),
        number=int(text["number"]),
        hash=bytes.fromhex(text["hash"]),
        rows=int(text["rows"]),
        sealed_at=datetime.fromisoformat(text["sealed_at"]),
    )


def row_hash(row: Mapping[str, Any]) -> bytes:
    """`row`: of audit_log, facts as Python objects."""
    canonical = [
        row["id"], _micros(row["at"]), row["action"], row["actor"], row["subject"], row["facts"], row["trace_id"],
    ]  # fmt: skip
    return hashlib.sha256(orjson.dumps(canonical, option=orjson.OPT_SORT_KEYS)).digest()


def seal_hash(
    previous: bytes, number: int, sealed_at: datetime, ids: Sequence[int], hashes: Sequence[bytes]
) -> bytes:
    digest = hashlib.sha256(_DOMAIN + previous + _number(number) + _number(_micros(sealed_at)))
    for row_id, each in zip(ids, hashes, strict=True):
        digest.update(_number(row_id) + each)
    return digest.digest()


def _number(value: int) -> bytes:
    return value.to_bytes(8, "big", signed=True)


def _micros(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)
