"""The tables of who may do what, as `tables/<service>.md` says it."""

import importlib.util
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Final

ROOT: Final = Path(__file__).parents[2]
TABLES: Final = Path(__file__).parent / "tables"
COLUMNS: Final = (
    "anon", "citizen", "citizen≠", "company", "company≠", "agent", "agent≠scope", "officer", "officer≠unit",
    "officer≠dept", "helper", "auxiliary", "supervisor", "supervisor≠unit", "supervisor≠dept", "city", "leader",
    "operator", "editor", "partner", "service", "service≠",
)  # fmt: skip
MAY, NONE_OF_IT, DENIED, REFUSED, NOT_ASKED = "+", "o", "-", "!", "."
SIGNS: Final = (MAY, NONE_OF_IT, DENIED, REFUSED, NOT_ASKED)
_EXPLAINED: Final = (REFUSED, NOT_ASKED)
"""Signs that a row uses only with a note."""


@dataclass(frozen=True)
class Row:
    """One operation: what it does in words, a sign for each column, and why where that is not plain."""

    does: str
    signs: dict[str, str]
    note: str

    def columns(self, *signs: str) -> list[str]:
        """Those with one of `signs`."""
        return [column for column, sign in self.signs.items() if sign in signs]


@cache
def table(service: str) -> dict[str, Row]:
    """`{"GET /api/cases/{case_id}": Row(…), "GET /api/cases/{case_id} (draft)": Row(…)}`: an operation, and the same
    in another case. ValueError: where the file is unsound."""
    found: dict[str, Row] = {}
    columns: list[str] = []
    for line in (TABLES / f"{service}.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("| 操作"):
            columns = cells[2:-1]
            if not set(COLUMNS) <= set(columns):
                raise ValueError(f"{service}: a table without {set(COLUMNS) - set(columns)}")
        elif line.startswith(("| `GET /", "| `POST /", "| `PUT /", "| `PATCH /", "| `DELETE /")):
            operation = cells[0].replace("`", "")
            if operation in found:
                raise ValueError(f"{service}: two rows for {operation}")
            found[operation] = _row(operation, columns, cells)
    return found


def _row(operation: str, columns: list[str], cells: list[str]) -> Row:
    does, signs, note = cells[1], cells[2:-1], cells[-1]
    if len(signs) != len(columns) or not set(signs) <= set(SIGNS):
        raise ValueError(f"{operation}: not one of {' '.join(SIGNS)} in each of {len(columns)} columns")
    if set(signs) & set(_EXPLAINED) and not note:
        raise ValueError(f"{operation}: {' and '.join(_EXPLAINED)} need a note that says why")
    return Row(does, dict(zip(columns, signs, strict=True)), note)


def elsewhere(service: str) -> set[str]:
    """Routes that no API document has, such as pages: those that the file lists, with where they are tried."""
    lines = (TABLES / f"{service}.md").read_text(encoding="utf-8").splitlines()
    return {
        f"{method} {path}"
        for line in lines
        if line.startswith("- ")
        for method, path in re.findall(r"`([A-Z]+) (/[^`]*)`", line)
    }


def operation_of(row: str) -> str:
    """`GET /api/cases/{case_id} (draft)` → `GET /api/cases/{case_id}`."""
    return row.partition(" (")[0]


def kit(name: str, path: str = "tests/conftest.py") -> ModuleType:
    """What the service's own tests are made with."""
    spec = importlib.util.spec_from_file_location(
        f"kit_of_{name}_{path.count('/')}", ROOT / f"{name}-svc" / path
    )
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
