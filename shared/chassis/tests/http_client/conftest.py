import asyncio
import sys
from asyncio import AbstractEventLoop
from collections.abc import Callable
from pathlib import Path

import uvloop

sys.path.insert(0, str(Path(__file__).parent))


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], AbstractEventLoop]]:
    """Programs run on uvloop, tests of services on asyncio's: their transports differ, the client may not."""
    return {"uvloop": uvloop.new_event_loop, "asyncio": asyncio.new_event_loop}
