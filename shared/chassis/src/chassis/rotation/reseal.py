"""The command `reseal`: everything sealed under another key than the active one is sealed again, while all runs on."""

import asyncio
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from ..jobs.begin import Begin
from ..sealing import Sealer
from .known_keys import note_emptied
from .targets import Progress, Target

if TYPE_CHECKING:
    from ..service import Service

_ROUNDS: Final = 20
"""Rows that others held locked are left for the next round; no row is held as long as these take."""
_SAY_EVERY: Final = 2.0
_BREATH: Final = 0.01
"""Seconds between two batches, so that those who work with the platform come first."""


class Reseal:
    """Works through all targets of a service; can be killed at any moment and goes on where it was."""

    def __init__(self, service: str, sealer: Sealer, targets: Sequence[Target], begin: Begin) -> None:
        self._service = service
        self._sealer = sealer
        self._targets = targets
        self._begin = begin
        self._said = time.monotonic()

    async def run(self) -> bool:
        """Whether everything is where it should be; says so line by line."""
        left: Counter[str] = Counter()
        well = True
        for target in self._targets:
            counts, broken = await self._through(target)
            left.update(counts)
            well = well and not broken and not counts.get("to do")
        well = self._conclude(left) and well
        if well:
            async with self._begin() as uow:
                await note_emptied(uow, self._unneeded())
        return well

    def _unneeded(self) -> list[str]:
        """All but the active data key; of lookup keys, the one that was on its way out."""
        data, lookup = self._sealer.key_ids[1:], self._sealer.fingerprints[1:]
        return [*data, *(lookup if self._sealer.lookup_phase == "out" else ())]

    async def _through(self, target: Target) -> tuple[dict[str, int], list[str]]:
        goal = target.goal(self._sealer)
        if goal is None:
            return {}, []
        total, counts, broken = 0, dict[str, int](), list[str]()
        async with self._begin() as uow:
            due = _due(await target.left(uow, self._sealer), goal)
        for _ in range(_ROUNDS):
            changed, broken = await self._round(target, goal, total, due)
            total += changed
            async with self._begin() as uow:
                counts = dict(await target.left(uow, self._sealer))
            if _due(counts, goal) <= len(broken):
                break
            await asyncio.sleep(_BREATH * 10)
        for line in broken:
            print(f"  {self._service}: ✗ {line}")
        print(f"  {self._service}: {target.name}: {total} 条已更换 changed, {_as_text(counts)}")
        return counts, broken

    async def _round(self, target: Target, goal: str, before: int, due: int) -> tuple[int, list[str]]:
        async with self._begin() as uow:
            after = await Progress().begin(uow, target.name, goal)
        changed, broken = 0, list[str]()
        while True:
            step = await target.step(self._begin, self._sealer, after)
            changed, after = changed + step.changed, step.after
            broken += step.broken
            if time.monotonic() - self._said > _SAY_EVERY:
                self._said = time.monotonic()
                print(f"  {self._service}: {_so_far(target, before + changed, due)}", flush=True)
            if after is None:
                return changed, broken
            await asyncio.sleep(_BREATH)

    def _conclude(self, left: Counter[str]) -> bool:
        active = self._sealer.active_key_id
        for key_id in self._sealer.key_ids[1:]:
            count = left.get(key_id, 0)
            if count:
                print(
                    f"✗ {self._service}: 密钥 {key_id} 之下还有 {count} 条 · {count} are still under key {key_id}"
                )
            else:
                print(
                    f"✓ {self._service}: 密钥 {key_id} 之下已无数据，可以移除"
                    f" · nothing left under key {key_id}: it may be removed"
                )
        unknown = {key: count for key, count in left.items() if key not in self._sealer.key_ids and count}
        unknown.pop("to do", None)
        for key_id, count in unknown.items():
            print(
                f"✗ {self._service}: {count} 条所用密钥 {key_id} 未配置"
                f" · {count} are under key {key_id}, which is not configured"
            )
        if not unknown and not any(left.get(key_id) for key_id in self._sealer.key_ids[1:]):
            print(f"✓ {self._service}: 全部数据在密钥 {active} 之下 · everything is under key {active}")
            return True
        return False


def _due(counts: Mapping[str, int], goal: str) -> int:
    """How much is not yet where it should be."""
    return sum(count for key, count in counts.items() if key != goal)


def _so_far(target: Target, done: int, due: int) -> str:
    """What is written meanwhile is under the active key: `due` is only ever met or fallen short of."""
    return f"{target.name}: {done} / {due} ({min(100, 100 * done // due) if due else 100} %) …"


def _as_text(counts: dict[str, int]) -> str:
    return ", ".join(f"{key}: {count}" for key, count in sorted(counts.items())) or "0"


async def reseal_command(service: "Service", words: list[str]) -> int:
    """`python -m … reseal`: 0 everything is under the active keys, 1 something is not; run it again."""
    if service.sealer is None:
        print(f"✓ {service.name}: 没有加密数据 · nothing is sealed here")
        return 0
    return 0 if await Reseal(service.name, service.sealer, service.targets, service.begin).run() else 1
