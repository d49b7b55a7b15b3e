"""Creating and transferring officers from a sheet: planned as a whole, then carried out or only shown.

Nobody's password is made here: two thousand of them would keep a core busy for a minute, and would travel in a file.
A new officer gets a code to set their own with.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final
from uuid import UUID

from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.ids import uuid7

from ..domain.errors import BadgeTaken, OutsideAuthority, PostInvalid
from ..domain.factors.recovery import code_hash, new_code
from ..domain.officer_sheet import Line
from ..domain.officers import Authority, Officer, Post, PostChange, changed_post, check_post
from ..domain.organisation import Unit
from .change_officer import ChangeOfficer
from .create_officer import audit_creation
from .officer_events import assignment
from .ports import Activations, Officers, OrganisationStore

CODE_LIVES: Final = timedelta(days=7)
NO_PASSWORD: Final = ""
"""In the place of a hash: nothing matches it until the officer sets a password of their own."""


@dataclass(slots=True)
class Outcome:
    """`what`: created, transferred, changed, unchanged or refused. `activation_code` is shown this once."""

    line: Line
    what: str
    officer: Officer | None = None
    post: Post | None = None
    activation_code: str | None = None


@dataclass(slots=True)
class Report:
    outcomes: list[Outcome] = field(default_factory=list)
    applied: bool = False

    @property
    def has_errors(self) -> bool:
        return any(outcome.what == "refused" for outcome in self.outcomes)


class ImportOfficers:
    def __init__(
        self,
        officers: Officers,
        organisation: OrganisationStore,
        activations: Activations,
        change_officer: ChangeOfficer,
    ) -> None:
        self._officers = officers
        self._organisation = organisation
        self._activations = activations
        self._change_officer = change_officer

    async def __call__(
        self, uow: UnitOfWork, lines: Sequence[Line], by: Authority, *, all_or_nothing: bool, dry_run: bool
    ) -> Report:
        """What each line means, carried out unless it is a `dry_run`, or one is wrong and it is all or nothing.

        The same sheet again changes nothing. Raises BadgeTaken or OfficerChanged where somebody else was at it too.
        """
        badges = [line.badge_no for line in lines if line.badge_no]
        known = {one.badge_no: one for one in await self._officers.by_badges(uow, badges)}
        units = {one.code: one for one in await self._organisation.all_units(uow)}
        report = Report([_planned(line, known.get(line.badge_no), units, by) for line in lines])
        if dry_run or (all_or_nothing and report.has_errors):
            return report
        await self._create(uow, [one for one in report.outcomes if one.what == "created"], by)
        for one in report.outcomes:
            if one.what in ("changed", "transferred") and one.officer is not None and one.post is not None:
                await self._change_officer.apply(uow, one.officer, one.officer.version, one.post, by)
        counts = {what: sum(one.what == what for one in report.outcomes) for what in _WHATS}
        uow.audit("officer.import", actor=str(by.officer_id), subject="officers", facts=counts)
        report.applied = True
        return report

    async def _create(self, uow: UnitOfWork, outcomes: Sequence[Outcome], by: Authority) -> None:
        if not outcomes:
            return
        officers = [one.officer for one in outcomes if one.officer is not None]
        added = await self._officers.add_missing(uow, officers, NO_PASSWORD, password_initial=True)
        if len(added) != len(officers):
            raise BadgeTaken
        hashes: dict[UUID, bytes] = {}
        for one, officer in zip(outcomes, officers, strict=True):
            one.activation_code = new_code()
            hashes[officer.id] = code_hash(officer.id, one.activation_code) or b""
            for event in assignment(officer):
                uow.emit(event, version=officer.version)
            audit_creation(uow, officer, str(by.officer_id))
        await self._activations.put(uow, hashes, now() + CODE_LIVES)


_WHATS: Final = ("created", "transferred", "changed", "unchanged", "refused")


def _planned(line: Line, officer: Officer | None, units: Mapping[str, Unit], by: Authority) -> Outcome:
    place: tuple[str, str, str | None] | None = None
    if line.unit is not None:
        unit = units.get(line.unit)
        if unit is None:
            line.refuse("unit", "没有这个单位", "there is no such unit")
        else:
            place = (unit.code, unit.department, unit.branch)
    if not line.errors:
        try:
            return _created(line, place, by) if officer is None else _changed(line, officer, place, by)
        except PostInvalid as error:
            for wrong in error.errors:
                line.refuse(wrong.path.removeprefix("/"), wrong.zh, wrong.en)
        except OutsideAuthority as error:
            line.refuse("badge_no", error.zh, error.en)
    return Outcome(line, "refused")


def _created(line: Line, place: tuple[str, str, str | None] | None, by: Authority) -> Outcome:
    if not by.administers:
        raise OutsideAuthority(
            "没有这名人员，或其不在您的部门；新增人员由管理员办理。",
            "No such officer, or not of your department; an administrator adds new ones.",
        )
    if line.name is None:
        line.refuse("name", "新增人员须填姓名", "a new officer needs a name")
    if line.roles is None:
        line.refuse("roles", "新增人员须填角色", "a new officer needs a role")
    if line.active is False:
        line.refuse("active", "系统中没有这名人员", "there is no such officer")
    if line.errors or line.name is None or line.roles is None:
        return Outcome(line, "refused")
    unit, department, branch = place or (None, None, None)
    post = Post(unit, department, branch, line.rank or 0, line.roles)
    check_post(post)
    return Outcome(line, "created", Officer(uuid7(), line.badge_no, line.name, post, version=1), post)


def _changed(
    line: Line, officer: Officer, place: tuple[str, str, str | None] | None, by: Authority
) -> Outcome:
    if not by.may_see(officer.post.department):
        raise OutsideAuthority(
            "没有这名人员，或其不在您的部门；新增人员由管理员办理。",
            "No such officer, or not of your department; an administrator adds new ones.",
        )
    if line.name is not None and line.name != officer.name:
        line.refuse("name", "与系统中该警号的姓名不一致", "not the name that this badge number has here")
        return Outcome(line, "refused")
    post = officer.post
    wanted = replace(
        post,
        unit=place[0] if place else post.unit,
        department=place[1] if place else post.department,
        branch=place[2] if place else post.branch,
        rank=post.rank if line.rank is None else line.rank,
        roles=post.roles if line.roles is None else line.roles,
        active=post.active if line.active is None else line.active,
    )
    if wanted == post:
        return Outcome(line, "unchanged", officer)
    change = PostChange(
        unit=place if wanted.unit != post.unit else None,
        rank=wanted.rank if wanted.rank != post.rank else None,
        roles=wanted.roles if wanted.roles != post.roles else None,
        active=wanted.active if wanted.active != post.active else None,
    )
    after = changed_post(officer, change, by)
    return Outcome(line, "transferred" if after.unit != post.unit else "changed", officer, after)
