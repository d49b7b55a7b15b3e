"""Waiting on a condition, never on the clock."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def until(condition: Callable[[], Awaitable[T]], within: float = 40.0) -> T:
    """The first true answer of `condition`; fails the test after `within` seconds with the last one."""
    last = None
    try:
        async with asyncio.timeout(within):
            while True:
                last = await condition()
                if last:
                    return last
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise AssertionError(f"did not come true in {within} s; last: {last!r}") from None
