"""Chance that repeats: the same number gives the same cases, seen from the same moment."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from asyncpg.pgproto.pgproto import UUID as AsyncpgUUID  # made and sent at a fraction of the cost

T = TypeVar("T")

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗"
_GIVEN = "明华强敏静丽军洋勇艳杰娟涛超兰霞平刚桂英文博思远雨晨"


class Chance(random.Random):
    """`random.Random` that also makes ids of a given moment and sample people."""

    def uuid7(self, at: datetime) -> UUID:
        """As chassis.ids makes them, for another moment than now."""
        chance = self.getrandbits(74)
        value = int(at.timestamp() * 1000) << 80 | 0x7 << 76 | chance >> 62 << 64
        return AsyncpgUUID((value | 0b10 << 62 | chance & 0x3FFF_FFFF_FFFF_FFFF).to_bytes(16))

    def happens(self, share: float) -> bool:
        return self.random() < share

    def later(self, at: datetime, hours: float, end: datetime) -> datetime:
        """Some time after `at`, `hours` in the mean, always before `end`."""
        wait = timedelta(hours=self.expovariate(1 / hours))
        left = end - at
        return at + (wait if wait < left else left * 0.1)

    def one_by_weight(self, things: Sequence[T], cumulative: Sequence[float]) -> T:
        return self.choices(things, cum_weights=cumulative)[0]

    def name(self) -> str:
        return self.choice(_SURNAMES) + "".join(self.choices(_GIVEN, k=1 + self.happens(0.7)))

    def phone(self) -> str:
        return f"139{self.randrange(10**8):08d}"

    def id_number(self) -> str:
        born = f"19{self.randrange(60, 100)}{self.randrange(1, 13):02d}{self.randrange(1, 29):02d}"
        body = f"610102{born}{self.randrange(1000):03d}"
        return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, _WEIGHTS, strict=True)) % 11]
