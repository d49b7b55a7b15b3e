"""Whatever names or describes a person is erased with their account, or stays for a reason: no table is forgotten."""

import importlib
import re

import pytest
import sqlalchemy as sa
from chassis.people.fates import CHASSIS_FATES, Fate

from .test_sealed import PLAIN, SERVICES, built

NAMES_SOMEBODY = re.compile(
    r"(^|_)(account|applicant|owner|principal|agent|recipient|holder|citizen|person|subject|consented|acted)(_|$)|^actor$"
)
"""An officer, a unit or a service is nobody who has an account."""
NO_PERSON = {
    "ledger_entry.from_account": "an account of the books",
    "ledger_entry.to_account": "an account of the books",
    "published_item.applicant": "a person or a company, which kind",
}


def fates_of(name: str) -> dict[str, Fate]:
    module = "domain.people.retention" if name == "identity" else "domain.retention"
    return dict(importlib.import_module(f"{name}_svc.{module}").FATES)


def unsaid(metadata: sa.MetaData, fates: dict[str, Fate], sealed: set[str]) -> list[str]:
    wrong = [f"{name}: no such table" for name in fates if name not in metadata.tables]
    for table in metadata.tables.values():
        fate = fates.get(table.name) or CHASSIS_FATES.get(table.name)
        if fate is None:
            wrong.append(f"{table.name}: say what becomes of it")
            continue
        said = {*fate.goes, *fate.stays}
        wrong += [f"{table.name}.{name}: no such column" for name in said - set(table.columns.keys())]
        if (fate.stays or not said) and not fate.why:
            wrong.append(f"{table.name}: say why")
        wrong += [
            f"{table.name}.{column}: does it go, or stay?"
            for column in (one.name for one in table.columns)
            if column not in said
            and f"{table.name}.{column}" not in NO_PERSON
            and (NAMES_SOMEBODY.search(column) or (said and f"{table.name}.{column}" in sealed))
        ]
    return wrong


def sealed_of(name: str) -> set[str]:
    """All that is sealed, or found by a hash."""
    hashes = {column for column, why in PLAIN.items() if why == "hash"}
    return {target.name for target in built(name).targets} | hashes


@pytest.mark.parametrize("name", SERVICES)
def test_what_becomes_of_every_table_is_said(name: str):
    wrong = unsaid(built(name).metadata, fates_of(name), sealed_of(name))
    assert not wrong, f"FATES of {name}_svc: {wrong}"


def test_a_new_table_and_a_new_column_are_asked_about():
    metadata = sa.MetaData()
    sa.Table("hobby", metadata, sa.Column("id"), sa.Column("account_id"), sa.Column("words"))
    assert unsaid(metadata, {}, set()) == ["hobby: say what becomes of it"]
    assert unsaid(metadata, {"hobby": Fate(why="nobody's")}, set()) == [
        "hobby.account_id: does it go, or stay?"
    ]
    assert unsaid(metadata, {"hobby": Fate(goes=("account_id",))}, {"hobby.words"}) == [
        "hobby.words: does it go, or stay?"
    ]
    assert unsaid(metadata, {"hobby": Fate(stays=("account_id",))}, set()) == ["hobby: say why"]
