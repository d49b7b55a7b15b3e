"""A sheet of officers: what its columns mean, and what is wrong with its cells, by row and column."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from chassis.problems import FieldError, InvalidInput
from contracts.tokens import Role

from .officers import ASSIGNABLE_ROLES, read_badge

MOST_ROWS: Final = 2_000
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


class SheetUnreadable(InvalidInput):
    slug = "sheet-unreadable"
    title = ("表格无法读取", "The sheet cannot be read")

    def __init__(
        self,
        zh: str = "它不是可读的 XLSX 或 CSV 文件。",
        en: str = "It is no XLSX or CSV file that can be read.",
        errors: Sequence[FieldError] = (),
    ) -> None:
        """`zh`, `en`: the cause, a sentence."""
        super().__init__(
            f"{zh}请使用模板，另存为 XLSX 或 UTF-8 的 CSV，不超过 2 MB、{MOST_ROWS} 行后重试。",
            f"{en} Use the template, saved as XLSX or as CSV in UTF-8, with at most 2 MB and {MOST_ROWS} rows.",
            errors=errors,
        )


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


def read_lines(rows: Sequence[Sequence[str]]) -> list[Line]:
    """A line for each row that is not empty. Raises SheetUnreadable, with every heading that is wrong."""
    places = _columns(rows[0])
    lines: list[Line] = []
    for number, row in enumerate(rows[1:], start=2):
        cells = {name: row[at].strip() if at < len(row) else "" for name, at in places.items()}
        if any(cells.values()):
            lines.append(_line(number, cells))
    if not lines:
        raise SheetUnreadable("表格只有表头，没有人员。", "The sheet has headings only, and nobody in it.")
    _refuse_repeated(lines)
    return lines


def _columns(headings: Sequence[str]) -> dict[str, int]:
    """Field → place. A column that nobody knows is an error: what stands in it would be lost without a word."""
    places: dict[str, int] = {}
    errors: list[FieldError] = []
    known = "、".join(words[0] for words in COLUMNS.values())
    for place, heading in enumerate(headings):
        text = heading.strip()
        name = next((name for name, words in COLUMNS.items() if text.lower() in words), None)
        path = f"/0/{place}"
        if name is None and text:
            errors.append(
                FieldError(
                    path,
                    f"不认识的列“{text}”，可用的列：{known}",
                    f"unknown column {text!r}; known are {', '.join(COLUMNS)}",
                )
            )
        elif name in places:
            errors.append(FieldError(path, f"“{text}”列重复", "this column came before"))
        elif name is not None:
            places[name] = place
    if "badge_no" not in places:
        errors.append(FieldError("/0", "缺少“警号”列", "there is no column `badge_no`"))
    if errors:
        raise SheetUnreadable(
            "表头有误：" + "；".join(error.zh for error in errors[:5]) + "。",
            "Headings are wrong: " + "; ".join(error.en for error in errors[:5]) + ".",
            errors,
        )
    return places


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
