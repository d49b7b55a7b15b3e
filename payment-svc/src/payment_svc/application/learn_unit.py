"""What units are called: it stands on receipts."""

from typing import Protocol

from chassis.db import UnitOfWork
from contracts.identity import UnitDefined


class Units(Protocol):
    async def learn(self, uow: UnitOfWork, code: str, name: str, name_en: str) -> None: ...


async def learn_unit(units: Units, uow: UnitOfWork, event: UnitDefined) -> None:
    await units.learn(uow, event.code, event.name, event.name_en)
