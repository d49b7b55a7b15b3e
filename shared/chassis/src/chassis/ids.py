"""Identifiers."""

import time
from uuid import UUID

from .chance import random_bytes

_RANDOM_BITS = 74
_last = 0


def uuid7() -> UUID:
    """A time-ordered UUID (RFC 9562, version 7): rows made together lie together in an index.

    Always greater than the one before it in this process (RFC 9562, 6.2, method 2): within a millisecond, and after a
    step of the clock, the random part counts on by a random step.
    """
    global _last
    value = (time.time_ns() // 1_000_000) << _RANDOM_BITS
    if value >> _RANDOM_BITS > _last >> _RANDOM_BITS:
        # The highest random bit stays clear, so that counting on does not soon run into the time.
        value |= int.from_bytes(random_bytes(10), "big") & ((1 << (_RANDOM_BITS - 1)) - 1)
    else:
        value = _last + 1 + int.from_bytes(random_bytes(4), "big")
    _last = value
    return UUID(
        int=(value >> _RANDOM_BITS) << 80
        | 0x7 << 76
        | (value >> 62 & 0xFFF) << 64
        | 0b10 << 62
        | value & (1 << 62) - 1
    )
