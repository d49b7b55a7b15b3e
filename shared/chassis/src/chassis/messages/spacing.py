"""Fetches at a distance: in a busy moment, one that brings many records instead of many that bring one."""

import asyncio
import time
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.protocol.fetch import FetchRequest


def space_fetches(consumer: AIOKafkaConsumer, seconds: float) -> None:
    """Lets `consumer` ask for records no sooner than `seconds` after it asked before.

    The client has no setting for it: it asks again as soon as it has handed over what it got, which under load is one
    record or two. Each fetch costs client and broker up to a millisecond of CPU, each batch its transaction.
    """
    if seconds <= 0:
        return
    client = consumer._client
    send = client.send
    asked_at = float("-inf")

    async def spaced(node_id: Any, request: Any, **options: Any) -> Any:
        nonlocal asked_at
        if isinstance(request, FetchRequest):
            await asyncio.sleep(asked_at + seconds - time.monotonic())
            asked_at = time.monotonic()
        return await send(node_id, request, **options)

    client.send = spaced  # type: ignore[method-assign]
