"""What all services say of an erasure."""

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
        return [
            blocker
            for account_id in accounts
            for source in self._sources.values()
            for blocker in await source.blockers(account_id)
        ]

    async def preview(self, accounts: Sequence[UUID]) -> dict[str, list[Outcome]]:
        report: dict[str, list[Outcome]] = {}
        for name, source in self._sources.items():
            for account_id in accounts:
                report.setdefault(name, []).extend((await source.erasure(account_id)).outcomes)
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
