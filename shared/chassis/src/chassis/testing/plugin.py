"""Fixtures for every service's tests: `pytest_plugins = ["chassis.testing.plugin"]`."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from hypothesis import settings

from . import databases, servers
from .alike import watch
from .statements import said
from .tokens import Tokens

__all__ = ["said", "watch"]

# How long one example takes says how busy the machine is.
settings.register_profile("unhurried", settings(), deadline=None)
settings.load_profile("unhurried")


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL server for the run; take `fresh_database` for a database on it."""
    with servers.postgres() as url:
        yield url


@pytest.fixture(scope="session")
def kafka_bootstrap() -> Iterator[str]:
    with servers.broker() as bootstrap:
        yield bootstrap


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    with servers.redis() as url:
        yield url


@pytest.fixture(scope="session")
def tokens() -> Tokens:
    return Tokens()


@pytest.fixture
async def fresh_database(
    postgres_url: str,
) -> AsyncIterator[Callable[[Path], AbstractAsyncContextManager[str]]]:
    """`async with fresh_database(migrations) as url:` gives a migrated database of its own."""
    yield lambda migrations: databases.cloned(postgres_url, migrations)
