"""Which couriers there are is configuration; what is wrong with it is told at the start."""

from pathlib import Path
from typing import Any

import aiohttp
import pytest
from chassis.testing import TEST_KEYS
from courier_svc.couriers import open_carriers
from courier_svc.settings import CourierSettings
from pydantic import ValidationError


def settings(**changed: Any) -> CourierSettings:
    return CourierSettings(**TEST_KEYS, database_url="postgresql://x/y", kafka_bootstrap="x:1", **changed)


@pytest.fixture
async def session() -> Any:
    async with aiohttp.ClientSession() as session:
        yield session


async def test_a_unit_goes_before_a_direction_and_that_before_the_default(keys: Path, session: Any) -> None:
    chosen = settings(
        partners_keys=keys, courier_default="ems", courier_by_direction={"from_applicant": "sf"},
        courier_by_unit={"YT-HUZHENG": "ems"},
    )  # fmt: skip
    carriers = open_carriers(chosen, session)
    assert carriers.choose("XC-HUZHENG", "to_applicant") == "ems"
    assert carriers.choose("XC-HUZHENG", "from_applicant") == "sf"
    assert carriers.choose("YT-HUZHENG", "from_applicant") == "ems"


async def test_only_the_keys_of_those_with_a_contract_are_needed(
    keys: Path, tmp_path: Path, session: Any
) -> None:
    for name in ("ems.secret", "ems-authorization.secret"):
        (tmp_path / name).write_bytes((keys / name).read_bytes())
    carriers = open_carriers(settings(partners_keys=tmp_path, couriers=["ems"]), session)
    assert set(carriers.by_name) == {"ems"}
    with pytest.raises(RuntimeError, match=r"SF_PUSH_SECRET|SF_CHECKWORD"):
        open_carriers(settings(partners_keys=tmp_path), session)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"ems_key": "short"}, "EMS_KEY must be base64 of 16 bytes"),
        ({"ems_key_previous": "short"}, "EMS_KEY_PREVIOUS must be base64"),
        ({"sf_push_secret": "guessable"}, "SF_PUSH_SECRET needs 16 characters"),
        ({"sf_codes": Path("/nowhere/codes.json")}, "/nowhere/codes.json cannot be used"),
    ],
)
async def test_what_is_wrong_is_told(keys: Path, session: Any, changed: dict[str, Any], told: str) -> None:
    with pytest.raises(RuntimeError, match=told):
        open_carriers(settings(partners_keys=keys, **changed), session)


@pytest.mark.parametrize(
    "changed",
    [
        {"couriers": ["ems"], "courier_default": "sf"},
        {"couriers": ["ems"], "courier_by_unit": {"YT-HUZHENG": "sf"}},
        {"couriers": ["ems"], "courier_by_direction": {"to_applicant": "sf"}},
        {"couriers": []},
        {"couriers": ["pigeon"]},
    ],
)
def test_nobody_carries_without_a_contract(changed: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        settings(**changed)
