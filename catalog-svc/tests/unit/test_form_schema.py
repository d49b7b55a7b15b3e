from copy import deepcopy
from typing import Any

import jsonschema_rs
import pytest
from catalog_svc.domain.content import FormField, ItemContent
from catalog_svc.domain.definition import define
from catalog_svc.domain.form_schema import form_schema

ADDRESS = {"province": "陕西省", "city": "西安市", "county": "碑林区", "address": "南大街1号"}
RECIPIENT = {**ADDRESS, "name": "张三", "phone": "13800138000"}


def validator(schema: dict[str, Any]) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)


def by_code(packaged: list[ItemContent], code: str) -> ItemContent:
    return next(item for item in packaged if item.code == code)


def with_field(packaged: list[ItemContent], **field: Any) -> jsonschema_rs.Draft202012Validator:
    """The schema of a form of one required field `x`, on an item that sends nothing."""
    base = by_code(packaged, "HUZHENG-004")
    only = FormField(key="x", label="问题", required=True, **field)
    return validator(form_schema(base.model_copy(update={"form_fields": [only]})))


def test_every_form_is_a_valid_schema_that_refuses_unknown_answers(packaged: list[ItemContent]):
    for item in packaged:
        schema = form_schema(item)
        jsonschema_rs.meta.validate(schema)
        assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        assert not validator(schema).is_valid({"surely_not_a_field": 1}), item.code
        orders = [field["x-order"] for field in schema["properties"].values()]
        assert orders == list(range(1, len(orders) + 1)), item.code
        assert all(field["title"] and field["x-widget"] for field in schema["properties"].values()), item.code


def test_all_errors_come_at_once_with_their_paths(packaged: list[ItemContent]):
    schema = form_schema(by_code(packaged, "HUZHENG-001"))
    answers = {
        "card_expiry": "tomorrow",
        "reuse_photo": "yes",
        "delivery_address": {**RECIPIENT, "phone": "1"},
    }
    paths = {
        "/".join(str(part) for part in error.instance_path)
        for error in validator(schema).iter_errors(answers)
    }
    assert {"card_expiry", "reuse_photo", "delivery_address/phone", ""} <= paths


@pytest.mark.parametrize(
    ("field", "good", "bad"),
    [
        (
            {"type": "string", "max_length": 5},
            ["五个字以内", "a\nb"],
            ["", "   ", "六个字太长了", "a\x00b", 5, None],
        ),
        ({"type": "enum", "enum": ["男", "女"]}, ["男"], ["其他", "", None]),
        ({"type": "date"}, ["2026-11-22"], ["2026-13-01", "22.11.2026", "2026-02-30", ""]),
        ({"type": "boolean"}, [True, False], ["true", 1]),
        ({"type": "integer"}, [0, 12], [-1, 1.5, "3"]),
        ({"type": "number"}, [0, 1.5], [-0.1, "1.5"]),
        ({"type": "uscc"}, ["91610131MA6TXXXX00"], ["91610131", "9161013IMA6TXXXX00", "91610131MA6TXXXX001"]),
        (
            {"type": "id_number"},
            ["610102199003071234", "61010219900307123X"],
            ["610102199013071234", "61010219900307"],
        ),
        (
            {"type": "plate_no"},
            ["陕A12345", "陕AD12345", "陕A1234学"],
            ["陕12345", "陕AI2345", "A12345", "陕A123"],
        ),
        ({"type": "vin"}, ["LSVAA49J132047371"], ["LSVAA49J13204737", "LSVAA49J13204737O"]),
        (
            {"type": "phone"},
            ["13800138000", "029-86751111", "4001234567", "+85261234567"],
            ["12345", "139 0000 0000"],
        ),
        ({"type": "file"}, ["m1", "01890000-0000-7000-8000-000000000001"], ["", "../etc/passwd", "a b"]),
        (
            {"type": "address", "max_length": 10},
            [ADDRESS, RECIPIENT],
            [{}, "南大街1号", {**ADDRESS, "zip": "1"}],
        ),
    ],
    ids=lambda value: value["type"] if isinstance(value, dict) and "type" in value else "",
)
def test_field_type_takes_good_answers_and_refuses_bad_ones(
    packaged: list[ItemContent], field: dict[str, Any], good: list[Any], bad: list[Any]
):
    schema = with_field(packaged, **field)
    assert [answer for answer in good if not schema.is_valid({"x": answer})] == []
    assert [answer for answer in bad if schema.is_valid({"x": answer})] == []
    assert not schema.is_valid({})


def test_city_without_counties_gives_an_empty_county(packaged: list[ItemContent]):
    schema = with_field(packaged, type="address", max_length=10)
    assert schema.is_valid({"x": {**ADDRESS, "county": ""}})


def test_every_item_with_delivery_surely_asks_where_to_send(packaged: list[ItemContent]):
    for item in packaged:
        schema = form_schema(item)
        if item.delivery == "none":
            assert "x-delivery" not in schema, item.code
            continue
        keys = schema["x-delivery"]["to_applicant"]
        required = [key for key in keys if key in schema["required"]]
        assert required, item.code
        for key in keys:
            assert {"name", "phone"} <= set(schema["properties"][key]["required"]), item.code
        assert ("from_applicant" in schema["x-delivery"]) == (item.delivery == "both_ways"), item.code


def test_27_items_get_a_delivery_address_added(packaged: list[ItemContent]):
    added = [
        item.code for item in packaged if len(form_schema(item)["properties"]) == len(item.form_fields) + 1
    ]
    assert len(added) == 27


def test_optional_delivery_address_becomes_required(packaged: list[ItemContent]):
    assert "delivery_address" in form_schema(by_code(packaged, "XINGZHEN-001"))["required"]


def test_originals_are_fetched_where_the_form_says_pick_up(packaged: list[ItemContent]):
    directions = form_schema(by_code(packaged, "HUZHENG-001"))["x-delivery"]
    assert directions["to_applicant"][0] == "delivery_address"
    assert directions["from_applicant"][0] == "pickup_address"


def test_place_that_is_not_a_delivery_needs_no_recipient(packaged: list[ItemContent]):
    schema = form_schema(by_code(packaged, "CRJ-010"))
    assert "name" not in schema["properties"]["stay_address"]["required"]


def test_amount_the_applicant_chooses_has_the_items_bounds(packaged: list[ItemContent]):
    field = form_schema(by_code(packaged, "JIANGUAN-001"))["properties"]["amount_cents"]
    assert (field["minimum"], field["maximum"], field["x-widget"]) == (100, 100_000, "money")


def test_definition_says_the_same_as_the_content(packaged: list[ItemContent]):
    for item in packaged:
        definition = define(item, 3)
        assert (definition.code, definition.version, definition.name) == (item.code, 3, item.name)
        assert list(definition.steps) == item.steps
        assert [material.name for material in definition.materials] == [
            material.name for material in item.materials
        ]
        assert len({material.key for material in definition.materials}) == len(item.materials)


def test_making_a_schema_leaves_the_item_as_it_was(packaged: list[ItemContent]):
    item = by_code(packaged, "XINGZHEN-001")
    before = deepcopy(item)
    form_schema(item)
    assert item == before
