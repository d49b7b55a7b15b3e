"""A real Chromium, driven by a hand in Node; scripts are off, as the pages promise to need none."""

import asyncio
import json
import os
from collections.abc import Callable
from typing import Any

from .machine import HERE, program


class Hand:
    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def take(cls) -> "Hand":
        sandboxless = ["--no-sandbox"] if os.geteuid() == 0 else []
        process = await asyncio.create_subprocess_exec(
            str(program("node")),
            str(HERE / "hand.mjs"),
            str(program("chromium")),
            *sandboxless,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=2**20,
        )
        hand = cls(process)
        assert (await hand._answer())["done"]
        return hand

    async def do(self, command: str, **how: Any) -> Any:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"command": command, **how}).encode() + b"\n")
        await self._process.stdin.drain()
        answer = await self._answer()
        assert answer["done"], (command, how, answer)
        return answer["seen"]

    async def look(self) -> dict[str, str]:
        """`url`, `title` and `text` of the page."""
        return await self.do("look")

    async def text(self) -> str:
        return (await self.look())["text"]

    async def shown(self, url: str, until: Callable[[Any], bool] = bool) -> Any:
        """The JSON that a department's page shows, reloaded until it is as wanted."""
        for _ in range(100):
            await self.do("open", url=url)
            document = json.loads(await self.text())
            if until(document):
                return document
            await asyncio.sleep(0.1)
        raise AssertionError(f"{url} went on showing {document}")

    async def rest(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), 10)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()

    async def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = await asyncio.wait_for(self._process.stdout.readline(), 60)
        assert line, "the browser's hand ended"
        return json.loads(line)
