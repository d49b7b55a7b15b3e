"""How fast the machine is while something is measured: the same little work again and again, in a process apart."""

import asyncio
import contextlib
import statistics
import sys
from collections.abc import AsyncIterator

_WORK = """
import hashlib, time
buffer = b"x" * 262_144
while True:
    began, total = time.process_time(), 0
    hashlib.sha256(buffer).digest()
    for number in range(4_000):
        total += number * number
    print((time.process_time() - began) * 1e6, flush=True)
    time.sleep(0.1)
"""


@contextlib.asynccontextmanager
async def yardstick() -> AsyncIterator[list[float]]:
    """The list fills with µs of CPU; 1 % of a core goes into it."""
    readings: list[float] = []
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _WORK, stdout=asyncio.subprocess.PIPE
    )
    reading = asyncio.create_task(_read(process, readings))
    try:
        yield readings
    finally:
        process.kill()
        await reading
        await process.wait()


async def _read(process: asyncio.subprocess.Process, readings: list[float]) -> None:
    assert process.stdout is not None
    while line := await process.stdout.readline():
        with contextlib.suppress(ValueError):  # cut off by the end
            readings.append(float(line))


def median(readings: list[float]) -> float | None:
    return round(statistics.median(readings)) if readings else None
