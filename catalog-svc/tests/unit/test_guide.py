from datetime import UTC, datetime
from typing import Any

import pytest
from catalog_svc.api.guide_views import ItemGuide
from catalog_svc.domain.content import ItemContent
from catalog_svc.domain.definition import define
from catalog_svc.domain.differences import Difference, differences
from catalog_svc.domain.guide import render_guide
from catalog_svc.domain.item import content_hash
from catalog_svc.domain.wording import fee_words, promise_words, remedy_words, validity_words, yuan

AT = datetime(2026, 11, 22, tzinfo=UTC)


def guide_of(packaged: list[ItemContent], code: str, **changes: Any) -> dict[str, Any]:
    item = next(item for item in packaged if item.code == code).model_copy(update=changes)
    return render_guide(item, define(item, 1), AT)


def test_every_guide_is_as_the_api_document_says(packaged: list[ItemContent]):
    for item in packaged:
        guide = render_guide(item, define(item, 1), AT)
        served = {**guide, "state": "published", "retired_at": None, "replaced_by": None, "served_by": None}
        assert ItemGuide.model_validate(served).model_dump().keys() == served.keys(), item.code


@pytest.mark.parametrize(("fen", "text"), [(0, "0.00"), (5, "0.05"), (2000, "20.00"), (123456, "1234.56")])
def test_yuan_is_exact(fen: int, text: str):
    assert yuan(fen) == text


def test_fee_is_said_by_where_the_sum_comes_from(packaged: list[ItemContent]):
    said = {item.code: fee_words(item).zh for item in packaged}
    assert said["HUZHENG-001"] == "20.00 元"
    assert said["HUZHENG-004"] == "不收费"
    assert said["JIAOJING-021"] == "按决定书确定的金额缴纳"
    assert said["JIANGUAN-001"] == "金额由您填写，1.00 元至 1000.00 元"


def test_promise_of_no_days_is_at_once(packaged: list[ItemContent]):
    item = next(item for item in packaged if item.code == "HUZHENG-004")
    assert promise_words(item).zh == "即时办结"
    assert (
        promise_words(item.model_copy(update={"promised_days": 1})).en
        == "Decided within 1 working day of acceptance"
    )


@pytest.mark.parametrize(
    ("months", "text"), [(None, "以证件、文书载明"), (12, "1 年"), (18, "18 个月"), (120, "10 年")]
)
def test_validity_is_said_in_years_where_it_is_whole(
    packaged: list[ItemContent], months: int | None, text: str
):
    words = validity_words(packaged[0].model_copy(update={"result_valid_months": months}))
    assert words is not None and text in words.zh


def test_remedy_names_both_ways_and_their_limits(packaged: list[ItemContent]):
    item = packaged[0].model_copy(update={"remedy": True})
    assert "六十日内申请行政复议" in remedy_words(item).zh
    assert "六个月内提起行政诉讼" in remedy_words(item).zh


def test_fields_are_in_order_after_jsonb_has_shuffled_them(packaged: list[ItemContent]):
    item = next(item for item in packaged if item.code == "HUZHENG-001")
    definition = define(item, 1)
    shuffled = dict(sorted(definition.form_schema["properties"].items()))
    definition = definition.model_copy(
        update={"form_schema": {**definition.form_schema, "properties": shuffled}}
    )
    properties = render_guide(item, definition, AT)["form_schema"]["properties"]
    assert list(properties) == [field.key for field in item.form_fields]


def test_equal_contents_have_no_differences(packaged: list[ItemContent]):
    assert all(differences(item, item) == [] for item in packaged)


def test_changes_are_named_field_by_field(packaged: list[ItemContent]):
    before = next(item for item in packaged if item.code == "HUZHENG-001")
    lighter = [before.materials[0].model_copy(update={"required": False}), *before.materials[1:2]]
    after = before.model_copy(update={"fee_cents": 1000, "materials": lighter})
    first, removed = before.materials[0], before.materials[2]
    assert differences(before, after) == [
        Difference(f"/materials/{first.name}/required", True, False),
        Difference(f"/materials/{removed.name}", removed.model_dump(), None),
        Difference("/fee_cents", 2000, 1000),
    ]


def test_another_order_of_questions_is_a_difference(packaged: list[ItemContent]):
    before = next(item for item in packaged if item.code == "HUZHENG-001")
    after = before.model_copy(update={"form_fields": list(reversed(before.form_fields))})
    assert [found.field for found in differences(before, after)] == ["/form_fields"]


def test_the_level_that_submitting_takes_is_said_in_the_guide_and_in_the_definition(packaged):
    item = packaged[0].model_copy(update={"min_ial": 3})
    definition = define(item, 1)
    guide = render_guide(item, definition, AT)
    assert (definition.min_ial, guide["min_ial"]) == (3, 3)
    assert guide["min_ial_text"] == {"zh": "须完成人脸核验", "en": "Face check needed"}


def test_who_the_courier_hands_it_to_is_said_in_the_guide_and_in_the_definition(packaged):
    item = next(item for item in packaged if item.delivery != "none")
    guides = [
        (
            define(chosen, 1).id_bound,
            render_guide(chosen, define(chosen, 1), AT)["delivery"]["hand_over_text"]["zh"],
        )
        for chosen in (item, item.model_copy(update={"id_bound": False}))
    ]
    assert guides == [(True, "须本人凭身份证件签收"), (False, "可由他人代收")]
    assert content_hash(item.model_copy(update={"id_bound": False})) != content_hash(item)


def test_an_item_that_names_the_usual_level_is_the_same_as_one_that_names_none(packaged):
    item = next(item for item in packaged if "min_ial" not in item.model_fields_set)
    assert item.min_ial == 2
    assert content_hash(item.model_copy(update={"min_ial": 2})) == content_hash(item)
    assert content_hash(item.model_copy(update={"min_ial": 3})) != content_hash(item)


def test_levels_below_and_above_the_usual_are_few_and_meant(packaged):
    levels = {level: {item.code for item in packaged if item.min_ial == level} for level in range(5)}
    assert not levels[0] and not levels[4]
    assert len(levels[1]) == 9 and len(levels[3]) == 13
    by_code = {item.code: item for item in packaged}
    assert all(by_code[code].online_class == "full_online" for code in levels[3])
