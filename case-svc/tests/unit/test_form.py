"""Checking answers against a form: everything wrong at once, by path."""

import pytest
from case_svc.domain.check_digits import is_id_number, is_uscc, is_vin
from case_svc.domain.form import Form, missing_materials
from case_svc.domain.item import Item

FIELDS = {
    "purpose": {"type": "string", "title": "用途", "minLength": 1, "maxLength": 5, "x-widget": "text"},
    "kind": {"type": "string", "title": "类型", "enum": ["甲", "乙"], "x-widget": "select"},
    "born": {"type": "string", "format": "date", "x-widget": "date"},
    "count": {"type": "integer", "minimum": 1, "maximum": 9, "x-widget": "integer"},
    "relative_id": {"type": "string", "x-widget": "id_number"},
    "uscc": {"type": "string", "x-widget": "uscc"},
    "vin": {"type": "string", "x-widget": "vin"},
    "photo": {"type": "string", "x-widget": "file", "title": "照片"},
}
GOOD = {
    "purpose": "入学", "kind": "甲", "born": "2000-02-29", "count": 3, "relative_id": "11010519491231002X",
    "uscc": "91110000600037341L", "vin": "1M8GDM9AXKP042788", "photo": "photo",
}  # fmt: skip


@pytest.fixture
def form(make_schema) -> Form:
    return Form(make_schema(FIELDS))


def paths(form: Form, answers: dict, materials: tuple[str, ...] = ("photo",)) -> set[str]:
    return {error.path for error in form.errors(answers, materials)}


def test_good_answers_pass(form: Form) -> None:
    assert not form.errors(GOOD, {"photo"})


def test_everything_wrong_is_told_at_once(form: Form) -> None:
    wrong = {
        "purpose": "长" * 6, "kind": "丙", "born": "2026-02-30", "count": 0, "uscc": "9111000060003734AA",
        "relative_id": "110105194912310021", "vin": "1M8GDM9A1KP042788", "photo": "other", "more": 1,
    }  # fmt: skip
    assert paths(form, wrong) == {f"/answers/{key}" for key in wrong}


def test_missing_answers_are_named_where_they_belong(form: Form) -> None:
    assert paths(form, {}) == {f"/answers/{key}" for key in FIELDS}


def test_messages_name_the_field_in_chinese(form: Form) -> None:
    errors = {error.path: error for error in form.errors({**GOOD, "purpose": "长" * 6}, {"photo"})}
    assert errors["/answers/purpose"].zh == "“用途”太长，最多 5 字"
    assert "at most 5" in errors["/answers/purpose"].en


@pytest.mark.parametrize("value", [None, 5, [], {}, True])
def test_wrong_types_are_errors_and_never_exceptions(form: Form, value: object) -> None:
    errors = paths(form, dict.fromkeys(FIELDS, value))
    assert "/answers/purpose" in errors and "/answers/photo" in errors


def test_a_file_answer_names_an_upload_by_id_or_key(form: Form) -> None:
    assert paths(form, GOOD, ("photo",)) == set()
    assert paths(form, {**GOOD, "photo": "0190-id"}, ("0190-id",)) == set()
    assert paths(form, GOOD, ()) == {"/answers/photo"}


def test_only_required_uploads_of_the_applicant_are_missed(make_item, make_upload) -> None:
    original = make_upload("m2").model_copy(update={"form": "original"})
    shared = make_upload("m3").model_copy(update={"source": "shared_data"})
    item = Item(make_item(materials=(make_upload("m1"), original, shared, make_upload("m4", required=False))))
    assert [error.path for error in missing_materials(item, ())] == ["/materials/m1"]
    assert missing_materials(item, ("m1",)) == []


def test_the_first_answered_place_is_the_address(make_schema) -> None:
    place = {"type": "object", "x-widget": "address"}
    form = Form(make_schema({"a": place, "b": place}, [], **{"x-delivery": {"to_applicant": ["a", "b"]}}))
    assert form.address({"b": {"city": "西安市"}}, "to_applicant") == {"city": "西安市"}
    assert form.address({}, "to_applicant") is None
    assert form.address({"a": {"city": "西安市"}}, "from_applicant") is None


@pytest.mark.parametrize(
    ("number", "valid"),
    [
        ("11010519491231002X", True), ("11010519491231002x", True), ("440524188001010014", True),
        ("110105194912310021", False), ("11010519491331002X", False), ("", False),
        ("１１０１０５１９４９１２３１００２X", False),
    ],
)  # fmt: skip
def test_id_numbers(number: str, valid: bool) -> None:
    assert is_id_number(number) is valid


def test_credit_codes_and_vehicle_numbers() -> None:
    assert is_uscc("91110000600037341L") and not is_uscc("91110000600037341A") and not is_uscc("")
    assert is_vin("1M8GDM9AXKP042788") and not is_vin("1M8GDM9A1KP042788") and not is_vin("I" * 17)
