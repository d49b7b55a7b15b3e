import sys
from asyncio import AbstractEventLoop
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import uvloop
from chassis.testing import Tokens

sys.path.insert(0, str(Path(__file__).parent))
# pytest knows this folder as `gateway.tests` and has put the folder where our package's name is looked up.
if getattr(sys.modules.get("gateway"), "__file__", None) is None:
    sys.modules.pop("gateway", None)

from gateway_kit.door import Door, door

pytest_plugins = ["chassis.testing.plugin"]


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], AbstractEventLoop]]:
    """The loop that the gateway runs on: sockets behave as they will."""
    return {"uvloop": uvloop.new_event_loop}


@pytest.fixture
async def gateway(tokens: Tokens) -> AsyncIterator[Door]:
    async with door(tokens) as running:
        yield running
