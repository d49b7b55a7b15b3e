"""Every rule of the linter: a sound item broken in one place is found, with file, line, item and field."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from catalog_svc.domain.lint import lint
from catalog_svc.files.read_catalogue import PACKAGED, read_catalogue

Raw = dict[str, Any]
Lint = Callable[..., list[tuple[str, str]]]


@pytest.fixture
def findings_of(tmp_path: Path, write_catalogue) -> Lint:
    """(rule, field) of every finding of a catalogue made of the items given."""

    def run(*items: Raw) -> list[tuple[str, str]]:
        write_catalogue(tmp_path, list(items))
        return [
            (found.finding.rule, found.finding.field) for found in lint(read_catalogue(tmp_path)).findings
        ]

    return run


def test_packaged_catalogue_has_no_errors():
    linted = lint(read_catalogue(PACKAGED))
    assert [str(found) for found in linted.findings] == []
    assert len(linted.items) == 218


def test_sound_item_passes(findings_of: Lint, item: Raw):
    assert findings_of(item) == []


BROKEN: list[tuple[str, str, Raw]] = [
    ("missing-field", "/remedy", {"remedy": ...}),
    ("unknown-field", "/colour", {"colour": "red"}),
    ("unknown-value", "/online_class", {"online_class": "half_online"}),
    ("unknown-value", "/kind", {"kind": "行政奇观"}),
    ("unknown-step", "/steps/1", {"steps": ["accept", "ponder", "approve", "pay", "produce", "deliver"]}),
    ("wrong-type", "/promised_days", {"promised_days": "20"}),
    ("wrong-type", "/remedy", {"remedy": "yes"}),
    ("wrong-type", "/conditions", {"conditions": "年满十八周岁"}),
    ("empty", "/name", {"name": ""}),
    ("empty", "/legal_basis", {"legal_basis": []}),
    ("too-long", "/name", {"name": "长" * 121}),
    ("wrong-format", "/code", {"code": "HUZHENG-1"}),
    ("out-of-range", "/fee_cents", {"fee_cents": -1}),
    ("out-of-range", "/approval_levels", {"approval_levels": 4}),
    ("unprintable", "/name", {"name": " 居民身份证 "}),
    ("code-department", "/code", {"code": "CRJ-001"}),
    ("repeated", "/conditions", {"conditions": ["本市户口", "本市户口"]}),
    ("steps-order", "/steps", {"steps": ["accept", "review", "pay", "approve", "produce", "deliver"]}),
    ("steps-order", "/steps", {"steps": ["accept", "review", "approve", "pay", "pay", "produce", "deliver"]}),
    ("steps-order", "/steps/0", {"steps": ["review", "approve", "pay", "produce", "deliver"]}),
    ("steps-order", "/steps", {"steps": ["accept", "query"]}),
    ("class-steps", "/online_class", {"online_class": "query_booking"}),
    ("approval-levels", "/approval_levels", {"approval_levels": 0}),
    (
        "full-online-visit",
        "/materials/0",
        {"delivery": "to_applicant"},
    ),
    ("full-online-visit", "/steps", {"steps": ["accept", "review", "approve", "pay", "produce"]}),
    ("limit-unit", "/statutory_unit", {"statutory_unit": None}),
    ("limit-unit", "/statutory_unit", {"statutory_days": None}),
    ("promise-over-limit", "/promised_days", {"promised_days": 61}),
    ("level-too-low", "/min_ial", {"min_ial": 1}),
    ("pay-amount", "/amount_source", {"amount_source": None}),
    ("pay-amount", "/steps", {"steps": ["accept", "review", "approve", "produce", "deliver"]}),
    ("pay-amount", "/fee_cents", {"fee_cents": 0, "fee_basis": None}),
    ("pay-amount", "/fee_cents", {"amount_source": "issuing_system"}),
    ("fee-basis", "/fee_basis", {"fee_basis": None}),
    ("fee-basis", "/fee_basis", {"fee_cents": 0}),
    ("amount-bounds", "/amount_min_cents", {"amount_min_cents": 100}),
    ("amount-bounds", "/amount_min_cents", {"amount_source": "applicant", "fee_cents": 0, "fee_basis": None}),
    ("amount-field", "/form_fields", {"amount_source": "issuing_system", "fee_cents": 0, "fee_basis": None}),
    ("result-missing", "/result", {"result": None}),
    ("result-missing", "/result_valid_months", {"result": None, "result_valid_months": 12}),
    ("deliver-step", "/delivery", {"delivery": "none", "delivery_free": False}),
    ("deliver-step", "/delivery_free", {"delivery": "none"}),
    ("deliver-step", "/steps", {"steps": ["accept", "review", "approve", "pay", "deliver"]}),
    ("reminder-days", "/reminder/days_before", {"reminder": {"document": "身份证", "days_before": [7, 30]}}),
]


@pytest.mark.parametrize(("rule", "field", "change"), BROKEN)
def test_broken_item_is_found(findings_of: Lint, item: Raw, rule: str, field: str, change: Raw):
    changed = {name: value for name, value in {**item, **change}.items() if value is not ...}
    assert (rule, field) in findings_of(changed)


BROKEN_FIELDS: list[tuple[str, str, Raw]] = [
    ("duplicate-key", "/form_fields/5/key", {"key": "card_expiry", "label": "x", "type": "date"}),
    ("enum-values", "/form_fields/5/enum", {"key": "choice", "label": "x", "type": "enum"}),
    ("enum-values", "/form_fields/5/enum", {"key": "choice", "label": "x", "type": "enum", "enum": []}),
    (
        "enum-values",
        "/form_fields/5/enum",
        {"key": "choice", "label": "x", "type": "enum", "enum": ["a", "a"]},
    ),
    ("enum-values", "/form_fields/5/enum", {"key": "day", "label": "x", "type": "date", "enum": ["a"]}),
    ("text-limit", "/form_fields/5/max_length", {"key": "text", "label": "x", "type": "string"}),
    (
        "text-limit",
        "/form_fields/5/max_length",
        {"key": "day", "label": "x", "type": "date", "max_length": 9},
    ),
    ("unknown-value", "/form_fields/5/type", {"key": "day", "label": "x", "type": "moment"}),
    ("wrong-format", "/form_fields/5/key", {"key": "Day!", "label": "x", "type": "date"}),
]


@pytest.mark.parametrize(("rule", "place", "field"), BROKEN_FIELDS)
def test_broken_form_field_is_found(findings_of: Lint, item: Raw, rule: str, place: str, field: Raw):
    item["form_fields"].append({"required": False, **field})
    assert (rule, place) in findings_of(item)


def test_booking_makes_a_full_online_item_need_a_visit(findings_of: Lint, item: Raw):
    item |= {"steps": ["book", "notify"], "approval_levels": 0}
    assert ("full-online-visit", "/steps") in findings_of(item)


def test_duplicate_code_names_where_it_was_first(tmp_path: Path, write_catalogue, item: Raw):
    write_catalogue(tmp_path, [item, {**item, "name": "另一个名称"}])
    [found] = lint(read_catalogue(tmp_path)).findings
    assert found.finding.rule == "duplicate-code"
    assert "items/HUZHENG.yaml:1" in found.finding.en
    assert found.line is not None and found.line > 1


def test_duplicate_name_is_found(findings_of: Lint, item: Raw):
    assert findings_of(item, {**item, "code": "HUZHENG-002"}) == [("duplicate-name", "/name")]


def test_counts_that_differ_from_the_declared_are_found(tmp_path: Path, write_catalogue, item: Raw):
    write_catalogue(tmp_path, [item])
    declared = tmp_path / "catalogue.yaml"
    declared.write_text(
        declared.read_text().replace("items: 1", "items: 2").replace("one_visit: 0", "one_visit: 3")
    )
    fields = {found.finding.field for found in lint(read_catalogue(tmp_path)).findings}
    assert fields == {"/items", "/online_classes/one_visit", "/departments/0/items"}


def test_unknown_department_and_wrong_file_are_found(tmp_path: Path, write_catalogue, item: Raw):
    write_catalogue(tmp_path, [item])
    text = (tmp_path / "items" / "HUZHENG.yaml").read_text().replace("HUZHENG", "HUNYIN")
    (tmp_path / "items" / "HUZHENG.yaml").write_text(text)
    rules = {found.finding.rule for found in lint(read_catalogue(tmp_path)).findings}
    assert {"unknown-department", "wrong-file", "count"} <= rules


def test_wrong_declaration_is_found(tmp_path: Path, write_catalogue, item: Raw):
    write_catalogue(tmp_path, [item])
    (tmp_path / "catalogue.yaml").write_text("items: many\n")
    assert {found.finding.rule for found in lint(read_catalogue(tmp_path)).findings} == {"declared"}


def test_everything_wrong_is_said_at_once_with_its_place(tmp_path: Path, write_catalogue, item: Raw):
    second = {**item, "code": "HUZHENG-002", "name": "另一个", "fee_basis": None, "statutory_unit": None}
    third = {**item, "code": "HUZHENG-003", "name": "第三个", "promised_days": "soon"}
    write_catalogue(tmp_path, [item, second, third])
    (tmp_path / "items" / "CRJ.yaml").write_text("- code: [unclosed\n")
    (tmp_path / "items" / "JINDU.yaml").write_text("code: not a list\n")
    found = lint(read_catalogue(tmp_path)).findings
    assert {(one.file, one.item, one.finding.rule) for one in found} == {
        ("items/CRJ.yaml", None, "unreadable"),
        ("items/JINDU.yaml", None, "unreadable"),
        ("items/HUZHENG.yaml", "HUZHENG-002", "fee-basis"),
        ("items/HUZHENG.yaml", "HUZHENG-002", "limit-unit"),
        ("items/HUZHENG.yaml", "HUZHENG-003", "wrong-type"),
    }
    text = str(next(one for one in found if one.finding.rule == "fee-basis"))
    assert text.startswith("items/HUZHENG.yaml:")
    assert "HUZHENG-002 /fee_basis [fee-basis] 收费但没有收费依据 / has a fee but no basis" in text


def test_key_written_twice_is_found(tmp_path: Path, write_catalogue, item: Raw):
    write_catalogue(tmp_path, [item])
    path = tmp_path / "items" / "HUZHENG.yaml"
    path.write_text(path.read_text() + "  remedy: false\n")
    [found] = lint(read_catalogue(tmp_path)).findings
    assert (found.finding.rule, found.finding.en) == ("doubled-key", "remedy is written twice")


@pytest.mark.parametrize("content", [b"\x00\x01", b"\xff\xfe\xfa", b"- &a [*a", b"- 5\n- []\n- null\n", b""])
def test_garbage_is_a_finding_and_not_a_crash(tmp_path: Path, write_catalogue, item: Raw, content: bytes):
    write_catalogue(tmp_path, [item])
    (tmp_path / "items" / "CRJ.yaml").write_bytes(content)
    assert lint(read_catalogue(tmp_path)).findings


def test_empty_folder_is_a_finding_and_not_a_crash(tmp_path: Path):
    rules = {found.finding.rule for found in lint(read_catalogue(tmp_path)).findings}
    assert {"unreadable", "declared"} <= rules
