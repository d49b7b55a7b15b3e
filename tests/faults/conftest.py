"""One platform for all of these tests: it is broken again and again, and stays the same."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
import pytest_asyncio
from city import City, open_city

from .crowd import Crowd
from .walks import Walk

CITIZENS = 12
STORMY = {
    # Sessions run out and are renewed in the middle of it.
    "identity-svc": {"ACCESS_TOKEN_SECONDS": "60"},
    "gateway": {"CALLER_RATE": "1000", "CALLER_BURST": "4000", "DEAR_RATE": "1000", "DEAR_BURST": "4000"},
    "courier-svc": {"POLL_AFTER": "PT5S"},
}


@dataclass
class Stormy:
    """The platform, its people, and every case they ever walked on it."""

    city: City
    crowd: Crowd
    walks: list[Walk] = field(default_factory=list)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stormy(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stormy]:
    async with open_city(tmp_path_factory.mktemp("stormy"), STORMY) as city:
        crowd = await Crowd.gather(city, CITIZENS)
        try:
            yield Stormy(city, crowd)
        finally:
            await crowd.close()
