"""The tables themselves: none is missing, and they say what API documents and signatures say."""

import importlib

import pytest
from chassis.testing.doors import OPEN, doors
from contracts.tokens import Role

from .callers import ROLES
from .services import SERVICES, built, documented
from .table import COLUMNS, DENIED, SIGNS, TABLES, elsewhere, operation_of, table

WRITTEN = [name for name in SERVICES if (TABLES / f"{name}.md").exists()]
BY_ROLE_ONLY = {"identity-svc"}
"""Of these only the roles are tried, in their own test_matrix.py."""
EXPLAINED = "## 怎么读 · How to read"


def test_every_service_has_a_table() -> None:
    assert set(SERVICES) - set(WRITTEN) <= BY_ROLE_ONLY


@pytest.mark.parametrize("name", WRITTEN)
def test_every_operation_of_the_api_document_has_a_row(name: str) -> None:
    rows = {operation_of(row) for row in table(name)}
    assert not documented(name).keys() - rows, "a new operation needs a row: who may call it, on whose object"
    assert not rows - documented(name).keys(), "a row without an operation"


@pytest.mark.parametrize("name", WRITTEN)
def test_every_other_route_is_named_with_where_it_is_tried(name: str) -> None:
    assert doors(built(name)).keys() - documented(name).keys() == elsewhere(name)


@pytest.mark.parametrize("name", WRITTEN)
def test_rows_say_in_the_documents_words_what_an_operation_does(name: str) -> None:
    said = {row: told.does for row, told in table(name).items() if row == operation_of(row)}
    assert said == {row: documented(name)[row] for row in said}


@pytest.mark.parametrize("name", WRITTEN)
def test_every_row_is_tried(name: str) -> None:
    module = importlib.import_module(f"{__package__}.test_{name.removesuffix('-svc')}")
    assert table(name) == module.ROWS
    assert callable(module.calls)


@pytest.mark.parametrize("name", WRITTEN)
def test_signatures_name_the_roles_that_a_table_turns_away_nowhere(name: str) -> None:
    let_in: dict[str, set[Role | None]] = {}
    for row, told in table(name).items():
        roles = {ROLES[column] for column, sign in told.signs.items() if sign != DENIED}
        let_in.setdefault(operation_of(row), set()).update(roles)
    signed = {
        row: {*Role, None} if roles is OPEN else set(roles)
        for row, roles in doors(built(name)).items()
        if row in let_in
    }
    assert let_in == signed


def test_all_tables_explain_their_signs_and_columns_alike() -> None:
    parts = {name: (TABLES / f"{name}.md").read_text(encoding="utf-8").split("\n## ") for name in WRITTEN}
    explained = {
        name: [part for part in found if f"## {part}".startswith(EXPLAINED)] for name, found in parts.items()
    }
    (said,) = {tuple(found) for found in explained.values()}
    assert len(said) == 1
    assert all(f"`{word}`" in said[0] for word in (*COLUMNS, *SIGNS))
