"""Wrong fields in Chinese are Chinese throughout; in English they are pydantic's words."""

import re
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from chassis.problems.rendering import _field_error
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Sent(BaseModel):
    model_config = ConfigDict(extra="forbid")

    number: Annotated[int, Field(ge=1, le=9)] = 1
    text: Annotated[str, Field(min_length=2, max_length=4, pattern="^[a-z]+$")] = "abc"
    id: UUID | None = None
    day: date | None = None
    at: AwareDatetime | datetime | None = None
    colour: Colour | None = None
    way: Literal["a", "b"] = "a"
    yes: bool = True
    many: Annotated[list[int], Field(max_length=1)] = []
    needed: str


WRONG = {
    "应为整数": {"number": "x"},
    "不得小于 1": {"number": 0},
    "不得大于 9": {"number": 10},
    "应为文字": {"text": 1},
    "至少 2 个字符": {"text": "a"},
    "最多 4 个字符": {"text": "abcde"},
    "格式不对": {"text": "AB"},
    "不是有效的编号": {"id": "x"},
    "应为日期，如 2026-01-31": {"day": "x"},
    "应为带时区的时间，如 2026-01-31T08:00:00Z": {"at": "x"},
    "可选值：red、blue": {"colour": "green"},
    "可选值：a、b": {"way": "c"},
    "应为 true 或 false": {"yes": "x"},
    "最多 1 项": {"many": [1, 2]},
    "应为数组": {"many": 1},
    "不认识的字段": {"other": 1},
    "必填": {"needed": ...},
}


@pytest.mark.parametrize(("zh", "sent"), WRONG.items(), ids=WRONG)
def test_a_wrong_field_is_told_in_chinese(zh: str, sent: dict[str, Any]):
    body = {name: value for name, value in ({"needed": "x"} | sent).items() if value is not ...}
    with pytest.raises(ValidationError) as refused:
        Sent.model_validate(body)
    error = _field_error({**refused.value.errors()[0], "loc": ("body", *refused.value.errors()[0]["loc"])})
    assert error.zh == zh
    assert not re.search(r"[\u4e00-\u9fff]", error.en)


def _kept(tag: str) -> str:
    raise ValueError("同一标签只能选一次 · a tag is given once")


class Tagged(BaseModel):
    tag: Annotated[str, AfterValidator(_kept)]


def test_a_validator_of_ours_speaks_to_each_in_their_language():
    with pytest.raises(ValidationError) as refused:
        Tagged.model_validate({"tag": "x"})
    error = _field_error({**refused.value.errors()[0], "loc": ("body", "tag")})
    assert (error.path, error.zh, error.en) == ("/tag", "同一标签只能选一次", "a tag is given once")


def test_what_is_told_in_english_alone_is_not_split():
    error = _field_error(
        {
            "type": "enum",
            "loc": ("body", "a"),
            "msg": "Input should be 'a · b'",
            "ctx": {"expected": "'a · b'"},
        }
    )
    assert (error.zh, error.en) == ("可选值：a · b", "Input should be 'a · b'")
