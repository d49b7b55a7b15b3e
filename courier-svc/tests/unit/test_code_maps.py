"""Code maps are data that somebody may get wrong: told at the start, by file and place."""

import json
from pathlib import Path
from typing import Any

import courier_svc.channels
import pytest
from courier_svc.channels.code_map import BadCodeMap, load_code_map
from courier_svc.channels.ems import NEVER_DELIVERED
from courier_svc.domain.transitions import Move

CHANNELS = Path(courier_svc.channels.__file__).parent
EMS, ROUTE, STATUS = (CHANNELS / "ems/codes.json", CHANNELS / "sf/route.json", CHANNELS / "sf/status.json")
GOOD: dict[str, Any] = {
    "courier": "ems",
    "product": "test",
    "codes": {"1": {"means": "picked_up", "name": "a"}, "2": {"means": "delivered", "name": "b"}},
    "answers": {},
}


@pytest.mark.parametrize(
    ("file", "courier", "code", "move"),
    [
        (EMS, "ems", "203", Move.PICKED_UP),
        (EMS, "ems", "704", Move.DELIVERED),
        (EMS, "ems", "748", Move.DELIVERED),
        (EMS, "ems", "747", Move.MOVED),
        (EMS, "ems", "705", Move.MOVED),
        (EMS, "ems", "708", Move.MOVED),
        (EMS, "ems", "711", Move.CAME_BACK),
        (EMS, "ems", "463", None),
        (ROUTE, "sf", "50", Move.PICKED_UP),
        (ROUTE, "sf", "80", Move.DELIVERED),
        (ROUTE, "sf", "99", Move.MOVED),
        (ROUTE, "sf", "160", None),
        (STATUS, "sf", "80", Move.MOVED),
        (STATUS, "sf", "160", Move.DELIVERED),
        (STATUS, "sf", "161", Move.MOVED),
        (STATUS, "sf", "170", Move.MOVED),
        (STATUS, "sf", "50", None),
    ],
)
def test_a_code_means_what_its_product_says(file: Path, courier: str, code: str, move: Move | None) -> None:
    assert load_code_map(file, courier).move(code) is move


def test_ask_again_takes_beginnings() -> None:
    answers = load_code_map(EMS, "ems").answers
    assert answers.leaves_open("S00001") and not answers.leaves_open("B00001")


def written(folder: Path, **changed: Any) -> Path:
    file = folder / "codes.json"
    file.write_text(json.dumps(GOOD | changed))
    return file


def test_a_file_of_ones_own_is_taken(tmp_path: Path) -> None:
    assert (
        load_code_map(written(tmp_path), "ems", never_delivered=NEVER_DELIVERED).move("2") is Move.DELIVERED
    )


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"courier": "sf"}, "it is for 'sf', not for 'ems'"),
        ({"codes": {}}, "no code means 'picked_up'"),
        ({"codes": {"1": {"means": "picked_up", "name": ""}}}, "no code means 'delivered'"),
        ({"codes": GOOD["codes"] | {"711": {"means": "delivered", "name": ""}}}, "711 never means"),
        ({"codes": GOOD["codes"] | {"747": {"means": "delivered", "name": ""}}}, "747 never means"),
        ({"codes": {"1": {"means": "signed", "name": ""}}}, "codes.1.means"),
        ({"codes": {"a b": {"means": "moved", "name": ""}}}, "codes.a b"),
        ({"codes": {"1": {"means": "moved"}}}, "codes.1.name"),
        ({"anwsers": {}}, "anwsers"),
        ({"answers": {"retry": []}}, "answers.retry"),
    ],
)
def test_what_is_wrong_with_a_file_is_told_with_its_place(
    tmp_path: Path, changed: dict[str, Any], told: str
) -> None:
    file = written(tmp_path, **changed)
    with pytest.raises(BadCodeMap) as error:
        load_code_map(file, "ems", never_delivered=NEVER_DELIVERED)
    assert told in str(error.value) and str(file) in str(error.value)


@pytest.mark.parametrize("content", [None, b"", b"{", b"\xff", b"[]"])
def test_a_file_that_is_none_is_told(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "codes.json"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(BadCodeMap, match="cannot be used"):
        load_code_map(file, "ems")
