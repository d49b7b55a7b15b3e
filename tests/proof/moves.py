"""Several moves of one case at the same moment, and what each of them was answered."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from demo.api import Json
from demo.client import Person


@dataclass(frozen=True)
class Move:
    """`action` as the case's history names it. Moves with one `key` are one and the same, sent again."""

    action: str
    who: Person
    path: str
    body: Json | None = None
    key: str = ""


@dataclass(frozen=True)
class Answered:
    move: Move
    status: int
    body: Json

    @property
    def taken(self) -> bool:
        return self.status < 300


def again(move: Move, times: int) -> list[Move]:
    """The same move from as many devices: each under its own Idempotency-Key."""
    return [Move(move.action, move.who, move.path, move.body, str(uuid4())) for _ in range(times)]


def repeated(move: Move, times: int) -> list[Move]:
    """The same request, sent over and over by one impatient client: one Idempotency-Key."""
    return again(move, 1) * times


async def at_once(*moves: Move) -> list[Answered]:
    async def send(move: Move) -> Answered:
        headers: Mapping[str, str] = {"Idempotency-Key": move.key or str(uuid4())}
        answer = await move.who.platform.send("POST", move.path, move.body, headers=headers)
        return Answered(move, answer.status_code, answer.json() if answer.content else None)

    return list(await asyncio.gather(*(send(move) for move in moves)))


def taken(answers: list[Answered]) -> Counter[str]:
    """How often each action was taken; one request repeated counts once."""
    return Counter(action for action, _ in {(one.move.action, one.move.key) for one in answers if one.taken})


def strange(answers: list[Answered]) -> list[str]:
    """Losers hear 409; a request that was taken is answered so, in the same words, however often it is sent."""
    found = [
        f"{one.move.action} was answered {one.status} {_told(one.body)}"
        for one in answers
        if not one.taken and one.status != 409
    ]
    by_key: dict[str, set[str]] = {}
    for one in answers:
        by_key.setdefault(one.move.key, set()).add(str(one.body) if one.taken else "refused")
    return found + [f"one request was answered {heard}" for heard in by_key.values() if len(heard) > 1]


def _told(body: Any) -> str:
    return str(body.get("detail") if isinstance(body, dict) else body)
