"""What all services say of an erasure. They are asked at the same time: one that is slow costs its own time, no sum."""

import asyncio
from collections.abc import Mapping, Sequence
from uuid import UUID

from chassis.people import Blocker, Outcome

from .ports import Source


class AskParts:
    """Each method raises PartMissing where a service does not answer: then nobody knows, and nothing is done."""

    def __init__(self, sources: Mapping[str, Source], own: str) -> None:
        self._sources = sources
        self.others = [name for name in sources if name != own]

    async def blockers(self, accounts: Sequence[UUID]) -> list[Blocker]:
        asked = [(source, one) for one in accounts for source in self._sources.values()]
        found = await asyncio.gather(*(source.blockers(one) for source, one in asked))
        return [blocker for part in found for blocker in part]

    async def preview(self, accounts: Sequence[UUID]) -> dict[str, list[Outcome]]:
        asked = [(name, one) for name in self._sources for one in accounts]
        found = await asyncio.gather(*(self._sources[name].erasure(one) for name, one in asked))
        report: dict[str, list[Outcome]] = {}
        for (name, _), part in zip(asked, found, strict=True):
            report.setdefault(name, []).extend(part.outcomes)
        return report

    async def done(self, name: str, accounts: Sequence[UUID]) -> list[Outcome] | None:
        """None while the service has not done its part."""
        lines: list[Outcome] = []
        for account_id in accounts:
            report = await self._sources[name].erasure(account_id)
            if not report.done:
                return None
            lines += report.outcomes
        return lines
