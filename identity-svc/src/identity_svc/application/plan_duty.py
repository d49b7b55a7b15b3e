"""Planning who is on duty: by supervisors of the department and by administrators; all of a plan or nothing."""

from collections.abc import Sequence
from uuid import UUID

from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.ids import uuid7
from chassis.problems import FieldError

from ..domain.duty import Planned, RosterInvalid, Shift, ShiftNotFound, check_times, overlap
from ..domain.officers import POLICE_ROLES, Authority
from .ports import Duty, Officers, OrganisationStore


class PlanDuty:
    def __init__(self, duty: Duty, officers: Officers, organisation: OrganisationStore) -> None:
        self._duty = duty
        self._officers = officers
        self._organisation = organisation

    async def plan(self, uow: UnitOfWork, planned: Sequence[Planned], by: Authority) -> list[Shift]:
        """Raises RosterInvalid with everything wrong, by line: places, people, times, overlaps."""
        errors = check_times(planned, now())
        units = {unit.code: unit for unit in await self._organisation.all_units(uow)}
        badges = sorted({one.badge_no for one in planned})
        people = {one.badge_no: one for one in await self._officers.by_badges(uow, badges)}
        shifts: list[Shift] = []
        for index, one in enumerate(planned):
            unit, officer = units.get(one.unit), people.get(one.badge_no)
            if unit is None or not by.may_see(unit.department):
                errors.append(
                    FieldError(
                        f"/{index}/unit", "没有这个单位，或不在您的部门", "no such unit of your department"
                    )
                )
            elif (
                officer is None
                or not officer.post.active
                or not officer.post.roles & POLICE_ROLES
                or not await self._duty.serves(uow, officer.id, one.unit)
            ):
                errors.append(
                    FieldError(f"/{index}/badge_no", "该人员不在此单位服务", "nobody who serves at that unit")
                )
            else:
                shifts.append(
                    Shift(uuid7(), officer.id, officer.badge_no, one.unit, one.starts_at, one.ends_at)
                )
        if errors:
            raise RosterInvalid(errors)
        for index in await self._duty.add(uow, shifts, by.officer_id):
            errors.append(overlap(index))
        if errors:
            raise RosterInvalid(errors)
        uow.audit("duty.plan", actor=str(by.officer_id), subject="duty", facts={"shifts": len(shifts)})
        return shifts

    async def cancel(self, uow: UnitOfWork, shift_id: UUID, by: Authority) -> None:
        """Raises ShiftNotFound."""
        department = await self._duty.department_of(uow, shift_id)
        if department is None or not by.may_see(department) or not await self._duty.cancel(uow, shift_id):
            raise ShiftNotFound
        uow.audit("duty.cancel", actor=str(by.officer_id), subject=str(shift_id))
