"""Officers (民警), auxiliaries (辅警), the platform's own staff, and partners' engineers: who may hold which post."""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from uuid import UUID

from chassis.problems import FieldError
from contracts.tokens import Role

from .errors import OutsideAuthority, PostInvalid

_BADGE = re.compile(r"[A-Z0-9]+(-[A-Z0-9]+){0,4}")
POLICE_ROLES = frozenset({Role.OFFICER, Role.AUXILIARY, Role.SUPERVISOR})
STAFF_ROLES = frozenset({Role.OPERATOR, Role.CATALOG_EDITOR})
ASSIGNABLE_ROLES = POLICE_ROLES | STAFF_ROLES
"""What people of ours can be given; an engineer of a partner is `Role.PARTNER` from the first day to the last."""
_PARTNER = re.compile(r"[a-z][a-z0-9_]{1,31}")


def read_badge(text: str) -> str | None:
    """The badge number in `text`, upper-case; None if it does not look like one."""
    badge = text.strip().upper()
    return badge if len(badge) <= 32 and _BADGE.fullmatch(badge) else None


@dataclass(frozen=True, slots=True)
class Post:
    """Where somebody serves and as what. Platform staff have no unit and therefore no rank.

    `partner`: an engineer of that bank or courier, by the name of its channel; nobody of ours.
    """

    unit: str | None
    department: str | None
    branch: str | None
    rank: int
    roles: frozenset[Role]
    active: bool = True
    partner: str | None = None


@dataclass(frozen=True, slots=True)
class Officer:
    id: UUID
    badge_no: str
    name: str
    post: Post
    version: int


def check_post(post: Post) -> None:
    """Raises PostInvalid with everything that is wrong about it."""
    if post.partner is not None:
        _check_partner(post, post.partner)
        return
    errors: list[FieldError] = []
    police, staff = post.roles & POLICE_ROLES, post.roles & STAFF_ROLES
    if not post.roles or post.roles - ASSIGNABLE_ROLES:
        errors.append(
            FieldError("/roles", "请至少选择一个可授予的角色", "name at least one role that can be given")
        )
    if police and post.unit is None:
        errors.append(FieldError("/unit", "民警和辅警必须有所属单位", "police need a unit"))
    if staff and not police and post.unit is not None:
        errors.append(FieldError("/unit", "平台人员不属于任何单位", "platform staff belong to no unit"))
    if Role.AUXILIARY in police and police != {Role.AUXILIARY}:
        errors.append(
            FieldError(
                "/roles", "辅警不能兼任民警或主管", "an auxiliary cannot be an officer or supervisor too"
            )
        )
    if police & {Role.OFFICER, Role.SUPERVISOR} and not 1 <= post.rank <= 4:
        errors.append(FieldError("/rank", "民警的级别为 1 至 4", "an officer's rank is 1 to 4"))
    if not police & {Role.OFFICER, Role.SUPERVISOR} and post.rank != 0:
        errors.append(
            FieldError("/rank", "辅警和平台人员的级别为 0", "auxiliaries and platform staff have rank 0")
        )
    if errors:
        raise PostInvalid(errors)


def _check_partner(post: Post, partner: str) -> None:
    errors: list[FieldError] = []
    if not _PARTNER.fullmatch(partner):
        errors.append(
            FieldError(
                "/partner",
                "请填写合作方的渠道名称，如 ccb、ems：小写字母开头，只含小写字母、数字和下划线",
                "give the name of the partner's channel, such as ccb or ems: lower case letters, digits, underscores",
            )
        )
    if post.roles != {Role.PARTNER}:
        errors.append(
            FieldError(
                "/roles", "合作方账号只有角色 partner", "an account of a partner has the role partner alone"
            )
        )
    if post.unit is not None or post.rank != 0:
        errors.append(
            FieldError(
                "/unit",
                "合作方账号没有单位，级别为 0",
                "an account of a partner belongs to no unit and has rank 0",
            )
        )
    if errors:
        raise PostInvalid(errors)


@dataclass(frozen=True, slots=True)
class Authority:
    """Who asks for a change of an officer."""

    officer_id: UUID
    roles: Collection[Role]
    department: str | None

    @property
    def administers(self) -> bool:
        return Role.OPERATOR in self.roles

    def may_see(self, department: str | None) -> bool:
        """Administrators see every post, supervisors those of their own department."""
        return self.administers or (
            Role.SUPERVISOR in self.roles and department is not None and department == self.department
        )


@dataclass(frozen=True, slots=True)
class PostChange:
    """What shall be different; None stays as it is. `unit` comes with its department and branch."""

    unit: tuple[str, str, str | None] | None = None
    rank: int | None = None
    roles: frozenset[Role] | None = None
    active: bool | None = None


def changed_post(officer: Officer, change: PostChange, by: Authority) -> Post:
    """The post after `change`; raises OutsideAuthority or PostInvalid.

    A supervisor transfers people inside the department. Rank, roles and leaving the service are an
    administrator's, and nobody changes their own post.
    """
    if officer.id == by.officer_id:
        raise OutsideAuthority("不能修改自己的岗位。", "You cannot change your own post.")
    if not by.administers:
        if (change.rank, change.roles, change.active) != (None, None, None):
            raise OutsideAuthority(
                "主管只能在本部门内调动人员；级别、角色和停用由管理员办理。",
                "A supervisor transfers people inside the department; rank, roles and leaving are an "
                "administrator's.",
            )
        if change.unit and change.unit[1] != by.department:
            raise OutsideAuthority(
                "只能调动到本部门的单位。", "People can only be transferred to a unit of your own department."
            )
    post = officer.post
    if change.unit:
        post = replace(post, unit=change.unit[0], department=change.unit[1], branch=change.unit[2])
    post = replace(
        post,
        rank=post.rank if change.rank is None else change.rank,
        roles=post.roles if change.roles is None else change.roles,
        active=post.active if change.active is None else change.active,
    )
    check_post(post)
    return post
