"""The accounts of a demonstration: enough people to walk any case through any unit. Never for production."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from contracts.tokens import Role

from .accounts import Company
from .officers import Post
from .organisation import Department, Unit, unit_code
from .personal import Personal

CITIZEN = Personal(phone="+8613800000001", name="王小明", id_number="610102199003070016")
REPRESENTATIVE = Personal(phone="+8613800000002", name="李建国", id_number="610103198510120016")
COMPANY = Company(name="西安示范科技有限公司", uscc="91610131MA6TDEM00E")

_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗"
_GIVEN_NAMES_TEXT = """
建军 志强 晓东 文博 宏伟 丽华 海燕 思远 雪梅 国平 振华 佳怡 明亮 秀兰 永刚 子涵 俊杰 春生 欣然 卫东 立新
"""
_GIVEN_NAMES = _GIVEN_NAMES_TEXT.split()
_AUXILIARY_UNIT = "XC-HUZHENG"


@dataclass(frozen=True, slots=True)
class DemoOfficer:
    badge_no: str
    name: str
    post: Post


def demo_officers(departments: Sequence[Department], units: Sequence[Unit]) -> list[DemoOfficer]:
    """Ranks 1 and 2 in each unit; ranks 3 and 4 and a supervisor in each department; the staff; partners' engineers."""
    posts = [*_unit_posts(units), *_department_posts(departments), *_staff_posts(), *_partner_posts()]
    return [DemoOfficer(badge_no, _name(index), post) for index, (badge_no, post) in enumerate(posts)]


def _unit_posts(units: Sequence[Unit]) -> Iterator[tuple[str, Post]]:
    for unit in units:
        for rank in (1, 2):
            roles = frozenset({Role.OFFICER})
            yield f"{unit.code}-{rank}", Post(unit.code, unit.department, unit.branch, rank, roles)
        if unit.code == _AUXILIARY_UNIT:
            post = Post(unit.code, unit.department, unit.branch, 0, frozenset({Role.AUXILIARY}))
            yield f"{unit.code}-AUX", post


def _department_posts(departments: Sequence[Department]) -> Iterator[tuple[str, Post]]:
    for department in departments:
        unit = unit_code(department.code, None)
        officer, supervisor = frozenset({Role.OFFICER}), frozenset({Role.OFFICER, Role.SUPERVISOR})
        yield f"{department.code}-3", Post(unit, department.code, None, 3, officer)
        yield f"{department.code}-4", Post(unit, department.code, None, 4, officer)
        yield f"{department.code}-S", Post(unit, department.code, None, 2, supervisor)


def _staff_posts() -> Iterator[tuple[str, Post]]:
    yield "OPERATOR-1", Post(None, None, None, 0, frozenset({Role.OPERATOR}))
    yield "CATALOG-1", Post(None, None, None, 0, frozenset({Role.CATALOG_EDITOR}))


def _partner_posts() -> Iterator[tuple[str, Post]]:
    """An engineer of each partner that the sandbox plays."""
    for partner in ("bank", "wechat_pay", "alipay", "ccb", "ems", "sf"):
        badge_no = f"PARTNER-{partner.replace('_', '').upper()}"
        yield badge_no, Post(None, None, None, 0, frozenset({Role.PARTNER}), partner=partner)


def _name(index: int) -> str:
    surname = _SURNAMES[index % len(_SURNAMES)]
    return surname + _GIVEN_NAMES[index // len(_SURNAMES) % len(_GIVEN_NAMES)]
