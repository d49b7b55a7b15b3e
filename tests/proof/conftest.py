"""One platform for races and resends: nothing on it is broken but the broker, and its books agree at any time."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
import pytest_asyncio
from city import City, open_city
from faults.crowd import Crowd
from faults.walks import Walk

from .rivals import Rivals

CITIZENS = 12
SETTINGS = {
    "gateway": {"CALLER_RATE": "1000", "CALLER_BURST": "4000", "DEAR_RATE": "1000", "DEAR_BURST": "4000"},
    "courier-svc": {"POLL_AFTER": "PT5S"},
}


@dataclass
class Arena:
    """`walks`: the cases that went the whole way here."""

    city: City
    crowd: Crowd
    rivals: Rivals
    walks: list[Walk] = field(default_factory=list)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def arena(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Arena]:
    async with open_city(tmp_path_factory.mktemp("arena"), SETTINGS) as city:
        crowd = await Crowd.gather(city, CITIZENS)
        try:
            yield Arena(city, crowd, await Rivals.hire(city, crowd))
        finally:
            await crowd.close()
