"""As many requests as come through, by wrk where it is installed."""

import asyncio
import re
import shutil
import time

import aiohttp

from .progress import say

_CONNECTIONS = 8


async def drive(http: aiohttp.ClientSession, url: str, headers: dict[str, str], seconds: int) -> int:
    """How many requests were answered in so many seconds. Raises RuntimeError unless 99.9 % of them succeeded."""
    if (wrk := shutil.which("wrk")) is None:
        return await _drive_ourselves(http, url, headers, seconds)
    sent = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    command = [wrk, "-t1", f"-c{_CONNECTIONS}", f"-d{seconds}s", *sent, url]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    told = (await process.communicate())[0].decode()
    answered = re.search(r"(\d+) requests in", told)
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", told)
    count, others = int(answered[1]) if answered else 0, int(refused[1]) if refused else 0
    if count == 0 or others > count / 1000:
        raise RuntimeError(f"{url} did not answer as it should: {told}")
    if others:
        say(f"  {others} of {count} answers at {url} were no success")
    return count


async def _drive_ourselves(
    http: aiohttp.ClientSession, url: str, headers: dict[str, str], seconds: int
) -> int:
    end, answered = time.monotonic() + seconds, 0

    async def one() -> None:
        nonlocal answered
        while time.monotonic() < end:
            async with http.get(url, headers=headers) as answer:
                await answer.read()
            if answer.status != 200:
                raise RuntimeError(f"{url} answered {answer.status}")
            answered += 1

    await asyncio.gather(*(one() for _ in range(_CONNECTIONS)))
    return answered
