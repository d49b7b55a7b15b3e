import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from chassis.settings import ServiceSettings
from chassis.testing import TEST_KEYS, Running, Tokens, running

sys.path.insert(0, str(Path(__file__).parent))

from sample.service import MIGRATIONS, build

pytest_plugins = ["chassis.testing.plugin"]


@pytest.fixture
async def database(fresh_database) -> AsyncIterator[str]:
    async with fresh_database(MIGRATIONS) as url:
        yield url


@pytest.fixture
def settings(database: str) -> ServiceSettings:
    """For a service whose workers do not run."""
    return ServiceSettings(database_url=database, kafka_bootstrap="127.0.0.1:1", **TEST_KEYS)


@pytest.fixture
async def sample(settings: ServiceSettings, tokens: Tokens) -> AsyncIterator[Running]:
    async with running(build(settings), tokens) as service:
        yield service
