"""Any ASGI application behind a real port, for tests that are not asynchronous themselves."""

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import uvicorn

Result = TypeVar("Result")


class Standing:
    """An ASGI application on a port of its own, built and run in a thread of its own.

    Those who generate requests are not asynchronous.
    """

    def __init__(self, build: Callable[[], Any]) -> None:
        config = uvicorn.Config(
            build, factory=True, port=0, http="httptools", log_config=None, access_log=False
        )
        self._server = uvicorn.Server(config)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Standing":
        self._thread.start()
        while not self._server.started:
            if not self._thread.is_alive():
                raise RuntimeError("the application ended while it started")
            time.sleep(0.01)
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(20)

    @property
    def url(self) -> str:
        return "http://{}:{}".format(*self._server.servers[0].sockets[0].getsockname())

    def do(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Runs `work` in the application's own event loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._server.serve())
        self._loop.close()
