"""The tables themselves: none is missing, and they say what API documents and signatures say."""

import importlib

import pytest
from chassis.testing.doors import OPEN, doors
from contracts.tokens import Role

from .callers import ROLES
from .services import SERVICES, built, documented
from .table import COLUMNS, DENIED, SIGNS, TABLES, elsewhere, operation_of, table

WRITTEN = [name for name in SERVICES if (TABLES / f"{name}.md").exists()]
pytestmark = pytest.mark.xdist_group("documents")  # they take a while to make: one worker makes them
EXPLAINED = "## 怎么读 · How to read"
NARROWER = {
    # Tokens that carry no role yet pass the door here, so it names none.
    "GET /api/identity/me",
    "PUT /api/identity/password",
    "DELETE /api/identity/sessions/current",
    "GET /api/identity/me/second-factor",
    "POST /api/identity/me/second-factor",
    "POST /api/identity/me/second-factor/confirmation",
    # Everybody has such things of their own; the table tries a citizen's, a company's and an officer's.
    "PATCH /api/identity/me/sessions/{session_id}",
    "DELETE /api/identity/me/sessions/{session_id}",
    "DELETE /api/identity/me/consents/{client_id}",
    "DELETE /api/identity/me/trusted-devices/{device_id}",
    # Only people act for others: a company hears that instead of a word about roles.
    "POST /api/identity/mandates/{mandate_id}/accept",
    "POST /api/identity/mandates/{mandate_id}/decline",
    "POST /api/identity/acting",
}
"""Where a table turns away more roles than the signature does."""


def test_every_service_has_a_table() -> None:
    assert tuple(WRITTEN) == SERVICES


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
    assert not {row for row in let_in if not let_in[row] <= signed[row]}
    assert {row for row in let_in if let_in[row] != signed[row]} <= NARROWER


def test_all_tables_explain_their_signs_and_columns_alike() -> None:
    parts = {name: (TABLES / f"{name}.md").read_text(encoding="utf-8").split("\n## ") for name in WRITTEN}
    explained = {
        name: [part for part in found if f"## {part}".startswith(EXPLAINED)] for name, found in parts.items()
    }
    (said,) = {tuple(found) for found in explained.values()}
    assert len(said) == 1
    assert all(f"`{word}`" in said[0] for word in (*COLUMNS, *SIGNS))
