from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from city import City, open_city

pytest_plugins = ["chassis.testing.plugin"]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def city(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[City]:
    """The running platform, one for all stories of this process."""
    async with open_city(tmp_path_factory.mktemp("city")) as running:
        yield running
