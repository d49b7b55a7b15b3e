"""All services are asked at the same time what they say of an erasure."""

import asyncio
from uuid import UUID, uuid4

from chassis.people import Blocker, ErasureReport, Outcome
from identity_svc.application.people.ask_parts import AskParts

ACCOUNTS = [uuid4(), uuid4()]


class Together:
    """Answers only once everybody was asked: in turns, nobody would."""

    def __init__(self, name: str, everybody: asyncio.Barrier) -> None:
        self._name, self._everybody = name, everybody

    async def blockers(self, account_id: UUID) -> list[Blocker]:
        await self._everybody.wait()
        return [Blocker(code=self._name, zh="未办结", en="open")]

    async def erasure(self, account_id: UUID) -> ErasureReport:
        await self._everybody.wait()
        line = Outcome(what=self._name, what_en=str(account_id), outcome="erased", count=1)
        return ErasureReport(done=False, outcomes=[line])


def parts() -> AskParts:
    names = ("identity-svc", "case-svc", "payment-svc")
    everybody = asyncio.Barrier(len(names) * len(ACCOUNTS))
    return AskParts({name: Together(name, everybody) for name in names}, "identity-svc")


async def test_blockers_of_all_services_come_together():
    async with asyncio.timeout(5):
        found = await parts().blockers(ACCOUNTS)
    assert sorted(blocker.code for blocker in found) == sorted(
        ["case-svc", "identity-svc", "payment-svc"] * 2
    )


async def test_each_services_part_is_of_both_accounts_in_their_order():
    async with asyncio.timeout(5):
        report = await parts().preview(ACCOUNTS)
    assert list(report) == ["identity-svc", "case-svc", "payment-svc"]
    for name, lines in report.items():
        assert [(line.what, line.what_en) for line in lines] == [(name, str(one)) for one in ACCOUNTS]
