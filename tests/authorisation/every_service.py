"""What every service serves alike, and how it is tried: stuck work for operators, a person's export."""

from collections.abc import Awaitable, Callable
from datetime import datetime, time
from typing import Any
from uuid import UUID, uuid4

from chassis.clock import SHANGHAI, now
from chassis.parity.days import last_closed
from chassis.testing import Running

from .trying import Call, Object

CAUSE = "只有运维知道的原因"


def for_operators(service: str, running: Running) -> dict[str, Call]:
    """The rows of `/api/ops/<service>`: a message that is parked, a job that fails."""

    async def message(_: str) -> Object:
        made = await running.service.pool.fetchval(
            "INSERT INTO parked_message (consumer, event_id, topic, key, headers, payload, cause) VALUES"
            " ('nobody', $1, 'none', $2, '{\"ce_type\": \"none\"}', '', $3) RETURNING id",
            uuid4(), str(uuid4()), CAUSE,
        )  # fmt: skip
        return Object({"message_id": str(made)})

    async def job(_: str) -> Object:
        made = await running.service.pool.fetchval(
            "INSERT INTO job (kind, key, attempts, last_error) VALUES ('none', $1, 9, $2) RETURNING id",
            str(uuid4()), CAUSE,
        )  # fmt: skip
        return Object({"job_id": str(made)})

    async def both(owner: str) -> Object:
        await message(owner)
        await job(owner)
        return Object(shows=(CAUSE,))

    return {
        f"GET /api/ops/{service}/stuck": Call(both, reads=True),
        f"POST /api/ops/{service}/parked-messages/{{message_id}}/replay": Call(message, changes=False),
        f"POST /api/ops/{service}/jobs/{{job_id}}/retry": Call(job),
    }


def for_partners(prefix: str, kept: Callable[[str], Awaitable[str]]) -> dict[str, Call]:
    """The rows of a partner's engineers. `kept` makes a delivery of column `partner`'s, and says its id."""
    one = f"{prefix}/deliveries/{{delivery_id}}"

    async def delivery(owner: str) -> Object:
        return Object({"delivery_id": await kept(owner)})

    async def listed(owner: str) -> Object:
        return Object(shows=(await kept(owner),))

    async def counted(owner: str) -> Object:
        await kept(owner)
        return Object(shows=("oldest_waiting_at",))

    return {
        f"GET {prefix}/deliveries": Call(listed, reads=True),
        f"GET {one}": Call(delivery, reads=True),
        f"POST {one}/redrive": Call(delivery),
        f"GET {prefix}/health": Call(counted, reads=True),
    }


def for_readers(
    running: Running, fact: str, asker: str, occurrence: Callable[[str, datetime], Awaitable[str]]
) -> dict[str, Call]:
    """The rows of `/internal/parity`. `occurrence` makes one of `fact` at that time, and says its id."""
    day = last_closed(now())
    morning = datetime.combine(day, time(9), SHANGHAI)

    async def hour(owner: str) -> Object:
        path = {"fact": fact, "day": str(day), "hour": "9"}
        shows = (await occurrence(owner, morning),)
        return Object(path, shows=shows, absent={"fact": "no.such", "day": "2001-01-01"})

    async def whole_day(owner: str) -> Object:
        await occurrence(owner, morning)
        await running.count_days(day)
        return Object({"day": str(day)}, shows=(fact,), absent={"day": "2001-01-01"})

    return {
        "GET /internal/parity/days/{day}": Call(whole_day, reads=True, asker=asker),
        "GET /internal/parity/facts/{fact}/days/{day}/hours/{hour}": Call(hour, reads=True, asker=asker),
    }


def export_of(account: UUID, *shows: str, **path: Any) -> Object:
    """For `GET /internal/people/{account_id}/…`: what is exported of somebody, or erased."""
    return Object({"account_id": str(account), **path}, shows=shows)
