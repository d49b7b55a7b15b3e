"""The demo's own rules; the walk itself is tested by the end-to-end stories."""

import random
import zlib

import pytest
from demo.api import NeverHappened, Refused, once_possible, until
from demo.samples import id_number, phone_number, photograph
from demo.told import told


async def test_waiting_returns_what_is_found():
    answers = iter([None, None, "there"])

    async def look() -> str | None:
        return next(answers)

    assert await until("it", look) == "there"


async def test_waiting_in_vain_says_for_what():
    async def look() -> None:
        return None

    with pytest.raises(NeverHappened, match="缴费订单"):
        await until("缴费订单", look, within=0)


async def test_what_is_not_yet_possible_is_tried_again():
    refusals = iter([Refused("POST", "/api/cases", 404, {})])

    async def act() -> str:
        for refusal in refusals:
            raise refusal
        return "done"

    assert await once_possible(act, 404) == "done"


async def test_what_stays_impossible_says_why():
    async def act() -> str:
        raise Refused("POST", "/api/cases", 404, {"detail": "没有这个事项"})

    with pytest.raises(Refused, match="没有这个事项"):
        await once_possible(act, 404, within=0)


def test_a_refusal_tells_every_wrong_field():
    problem = {"title": "表单有误", "errors": [{"path": "/answers/phone", "message": "请填写手机号"}]}
    text = str(Refused("POST", "/api/cases/1/submit", 422, problem))
    assert "422 表单有误" in text
    assert "/answers/phone: 请填写手机号" in text


@pytest.mark.parametrize("seed", range(50))
def test_sample_people_are_well_formed(seed):
    chance = random.Random(seed)
    number = id_number(chance)
    # GB 11643: the weighted sum of all 18 digits (X is 10) leaves 1 when divided by 11.
    weights = [2 ** (17 - place) % 11 for place in range(18)]
    digits = [10 if digit == "X" else int(digit) for digit in number]
    assert len(number) == 18
    assert sum(digit * weight for digit, weight in zip(digits, weights, strict=True)) % 11 == 1
    assert phone_number(chance).isdecimal() and len(phone_number(chance)) == 11


def test_the_sample_photograph_is_a_whole_png():
    picture = photograph(random.Random(1))
    assert picture.startswith(b"\x89PNG\r\n\x1a\n") and picture.endswith(zlib.crc32(b"IEND").to_bytes(4))


def test_the_timeline_is_told_in_shanghai_time():
    entry = {"at": "2026-11-22T19:00:00Z", "text": "已受理"}
    lines = list(told({"case_no": "XA261123-0000001", "state_text": "已办结", "entries": [entry]}))
    assert lines == ["办件 XA261123-0000001 的办理过程（已办结）", "  11-23 03:00:00  已受理"]
