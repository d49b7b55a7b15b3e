"""Further assignments (附加职责): a role of an officer that holds elsewhere than at their own post.

An officer is sworn everywhere or nowhere: auxiliaries can only assist elsewhere too.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from chassis.problems import Conflict, FieldError, NotFound
from contracts.tokens import Role, Scope

from .errors import OutsideAuthority, PostInvalid
from .officers import Authority, Officer

MOST: Final = 20
"""Scopes of one officer: they travel in every token."""
_SWORN: Final = frozenset({Role.OFFICER, Role.SUPERVISOR})


class ScopeNotFound(NotFound):
    slug = "no-such-scope"
    title = ("附加职责不存在", "No such assignment")

    def __init__(self) -> None:
        super().__init__(
            "没有这项附加职责，可能已收回或到期。",
            "There is no such assignment; it may have been withdrawn or have ended.",
        )


class ScopeHeld(Conflict):
    slug = "scope-held"
    title = ("附加职责已存在", "Assigned already")

    def __init__(self) -> None:
        super().__init__(
            f"该人员已有相同的附加职责，或附加职责已达 {MOST} 项。",
            f"The officer holds this assignment already, or {MOST} others.",
        )


@dataclass(frozen=True, slots=True)
class Assignment:
    """`until` None: until it is withdrawn."""

    id: UUID
    officer_id: UUID
    scope: Scope
    until: datetime | None
    granted_by: UUID
    granted_at: datetime


def place_of(scope: Scope) -> str:
    """`XC-HUZHENG`, `XC`, `HUZHENG` or `CITY`."""
    if scope.unit:
        return scope.unit
    return "-".join(part for part in (scope.branch, scope.department) if part) or "CITY"


def check_assignment(
    officer: Officer,
    scope: Scope,
    place_department: str | None,
    until: datetime | None,
    by: Authority,
    at: datetime,
) -> None:
    """Raises OutsideAuthority or PostInvalid. `place_department`: the one that the place belongs to, if to one.

    A supervisor lends people of the department within the department; the rest is an administrator's.
    """
    if officer.id == by.officer_id:
        raise OutsideAuthority("不能为自己增加附加职责。", "You cannot assign anything to yourself.")
    if not by.administers and (place_department != by.department or scope.role is Role.SUPERVISOR):
        raise OutsideAuthority(
            "主管只能在本部门范围内安排民警、辅警职责；跨部门和督办职责由管理员办理。",
            "A supervisor assigns officers and auxiliaries inside the department; the rest is an administrator's.",
        )
    errors: list[FieldError] = []
    sworn = bool(officer.post.roles & _SWORN)
    if officer.post.unit is None or not officer.post.active:
        errors.append(FieldError("/role", "仅在职民警、辅警可有附加职责", "only for police who serve"))
    elif scope.role not in (_SWORN if sworn else {Role.AUXILIARY}):
        errors.append(
            FieldError(
                "/role",
                "民警可任民警或督办，辅警只能协助",
                "officers serve as officers or supervisors, auxiliaries as auxiliaries",
            )
        )
    if scope.unit and (scope.department or scope.branch):
        errors.append(
            FieldError("/unit", "单位与部门、分局只填一种", "give a unit, or department and branch")
        )
    if until is not None and until <= at:
        errors.append(FieldError("/until", "到期时间须在将来", "must lie ahead"))
    if errors:
        raise PostInvalid(errors)
