"""The table of who may do what, as `table.md` says it."""

import importlib.util
from functools import cache
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parents[2]
COLUMNS = (
    "anon", "citizen", "citizen≠", "company", "company≠", "officer", "officer≠unit", "officer≠dept", "auxiliary",
    "supervisor", "supervisor≠unit", "supervisor≠dept", "operator", "editor", "service", "agent", "agent≠scope",
)  # fmt: skip
ALLOW, DENY, NOT_ASKED = "+", "-", "."
Row = dict[str, str]


@cache
def table() -> dict[str, dict[str, Row]]:
    """`{"case-svc": {"GET /api/cases/{case_id}": {"citizen": "+", …}}}`. ValueError: where the file is unsound."""
    found: dict[str, dict[str, Row]] = {}
    rows: dict[str, Row] = {}
    for line in (Path(__file__).parent / "table.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            rows = found.setdefault(line.removeprefix("## ").strip(), {})
        elif line.startswith("| `"):
            operation, *cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
            operation = operation.strip("`")
            if operation in rows:
                raise ValueError(f"two rows for {operation}")
            if len(cells) != len(COLUMNS) or not set(cells) <= {ALLOW, DENY, NOT_ASKED}:
                raise ValueError(f"{operation} has not one of + - . in each column")
            rows[operation] = dict(zip(COLUMNS, cells, strict=True))
    return found


def kit(name: str, path: str = "tests/conftest.py") -> ModuleType:
    """What the service's own tests are made with."""
    spec = importlib.util.spec_from_file_location(
        f"kit_of_{name}_{path.count('/')}", ROOT / f"{name}-svc" / path
    )
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
