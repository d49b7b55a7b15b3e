"""How somebody who is logged in is shown to whoever sits before the browser: masked."""

from dataclasses import dataclass

from chassis.db import UnitOfWork
from fastapi import Request

from ...application.handlers import Menu
from ...domain.oidc.interaction import Seat
from ...domain.oidc.levels import level_of
from ...domain.personal import mask_name, mask_phone


@dataclass(frozen=True, slots=True)
class Person:
    """`name`: `张**`, where known; `known_as`: masked phone, or badge number."""

    name: str | None
    known_as: str
    level: int
    is_officer: bool
    company: str | None = None


async def shown(request: Request, uow: UnitOfWork, seat: Seat) -> Person:
    menu: Menu = request.app.state.menu
    level = level_of(seat.subject)
    if seat.subject.is_officer:
        officer = await menu.officers.by_id(uow, seat.subject.id)
        assert officer is not None
        return Person(mask_name(officer.name), officer.badge_no, level, True)
    account = await menu.accounts.by_id(uow, seat.subject.id)
    assert account is not None
    personal, company = account.personal, account.company
    name = mask_name(personal.name) if personal.name else None
    return Person(name, mask_phone(personal.phone), level, False, company.name if company else None)
