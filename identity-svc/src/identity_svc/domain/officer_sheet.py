"""A sheet of officers: what its columns mean, and what is wrong with its cells, by row and column."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from contracts.tokens import Role

from .officers import ASSIGNABLE_ROLES, read_badge

COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "badge_no": ("警号", "badge_no"),
    "name": ("姓名", "name"),
    "unit": ("单位代码", "单位", "unit"),
    "rank": ("级别", "rank"),
    "roles": ("角色", "roles"),
    "active": ("在职", "active"),
}
"""Field → how its column may be headed; the first is the template's."""

ROLE_WORDS: Final[dict[str, Role]] = {
    "民警": Role.OFFICER,
    "辅警": Role.AUXILIARY,
    "督办": Role.SUPERVISOR,
    "管理员": Role.OPERATOR,
    "事项编辑": Role.CATALOG_EDITOR,
} | {role.value: role for role in ASSIGNABLE_ROLES}
_YES_NO: Final = {"是": True, "在职": True, "yes": True, "true": True, "1": True} | {
    "否": False,
    "离职": False,
    "no": False,
    "false": False,
    "0": False,
}
_ROLE_MARKS: Final = str.maketrans("、，,;；/+", " " * 7)


@dataclass(frozen=True, slots=True)
class CellError:
    """`column` is a key of `COLUMNS`."""

    column: str
    zh: str
    en: str


@dataclass(slots=True)
class Line:
    """One row, `number` as the spreadsheet counts it. None: not given, so it stays as it is."""

    number: int
    badge_no: str = ""
    name: str | None = None
    unit: str | None = None
    rank: int | None = None
    roles: frozenset[Role] | None = None
    active: bool | None = None
    errors: list[CellError] = field(default_factory=list)

    def refuse(self, column: str, zh: str, en: str) -> None:
        self.errors.append(CellError(column, zh, en))


def read_lines(rows: Sequence[Sequence[str]]) -> list[Line] | None:
    """A line for each row that is not empty; None where the header has no badge numbers or a column twice."""
    places: dict[str, int] = {}
    for place, heading in enumerate(rows[0]):
        known = next((name for name, words in COLUMNS.items() if heading.strip().lower() in words), None)
        if known in places:
            return None
        if known is not None:
            places[known] = place
    if "badge_no" not in places:
        return None
    lines: list[Line] = []
    for number, row in enumerate(rows[1:], start=2):
        cells = {name: row[at].strip() if at < len(row) else "" for name, at in places.items()}
        if any(cells.values()):
            lines.append(_line(number, cells))
    _refuse_repeated(lines)
    return lines


def _line(number: int, cells: dict[str, str]) -> Line:
    line = Line(number, badge_no=read_badge(cells["badge_no"]) or "")
    if not line.badge_no:
        line.refuse("badge_no", "警号格式不对", "not a badge number")
    if name := cells.get("name"):
        line.name = name
        if not 2 <= len(name) <= 50 or not name.isprintable():
            line.refuse("name", "姓名须为 2 至 50 个字符", "a name has 2 to 50 characters")
    if unit := cells.get("unit"):
        line.unit = unit.upper()
    if rank := cells.get("rank"):
        if rank.isascii() and rank.isdigit() and int(rank) <= 4:
            line.rank = int(rank)
        else:
            line.refuse("rank", "级别为 0 至 4", "a rank is 0 to 4")
    if roles := cells.get("roles"):
        words = roles.translate(_ROLE_MARKS).lower().split()
        if all(word in ROLE_WORDS for word in words):
            line.roles = frozenset(ROLE_WORDS[word] for word in words)
        else:
            line.refuse(
                "roles", "角色为民警、辅警或督办，可多个", "officer, auxiliary or supervisor, or several"
            )
    if active := cells.get("active"):
        line.active = _YES_NO.get(active.lower())
        if line.active is None:
            line.refuse("active", "请填是或否", "yes or no")
    return line


def _refuse_repeated(lines: Sequence[Line]) -> None:
    first: dict[str, int] = {}
    for line in lines:
        if line.badge_no and first.setdefault(line.badge_no, line.number) != line.number:
            line.refuse(
                "badge_no",
                f"与第 {first[line.badge_no]} 行警号重复",
                f"the same badge number as in row {first[line.badge_no]}",
            )
