"""A case as it moves: streams and waiting requests, what ends them, and what they hold meanwhile."""

import asyncio
import contextlib
import json
import time
import tracemalloc
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from case_svc.persistence.history import EDGES_AFTER
from chassis.http.event_stream import Streams
from chassis.testing import plan_of
from chassis.testing.tokens import bearer
from contracts.tokens import Role


class Stream:
    """What a browser's EventSource gets, without the browser."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.ended = asyncio.Event()
        self.hung_up = asyncio.Event()
        self._arrived: asyncio.Queue[bytes] = asyncio.Queue()

    async def receive(self) -> dict[str, Any]:
        await self.hung_up.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            for one in message.get("body", b"").split(b"\n\n"):
                if one and not one.startswith((b"retry", b":")):
                    self._arrived.put_nowait(one)
            if not message.get("more_body"):
                self.ended.set()

    async def next(self) -> tuple[str, dict[str, Any], int | None]:
        """(name, data, id) of the next event."""
        lines = (await asyncio.wait_for(self._arrived.get(), 20)).decode().splitlines()
        fields = dict(line.split(": ", 1) for line in lines)
        event_id = fields.get("id")
        return fields["event"], json.loads(fields["data"]), int(event_id) if event_id else None


@contextlib.asynccontextmanager
async def following(world: Any, token: str, case_id: str, **headers: str) -> AsyncIterator[Stream]:
    stream = Stream()
    path = f"/api/cases/{case_id}/events"
    sent = {**bearer(token), **headers}
    scope = {
        "type": "http", "http_version": "1.1", "method": "GET", "scheme": "http", "path": path, "query_string": b"",
        "raw_path": path.encode(), "root_path": "", "client": ("127.0.0.1", 1), "server": ("service.test", 80),
        "headers": [(name.lower().encode(), value.encode()) for name, value in sent.items()],
    }  # fmt: skip
    app = world.client._transport.app
    task = asyncio.create_task(app(scope, stream.receive, stream.send))
    try:
        yield stream
    finally:
        stream.hung_up.set()
        await asyncio.wait_for(task, 20)


async def test_a_stream_says_where_the_case_is_and_then_each_move(world, make_item) -> None:
    case_id = await world.submitted(make_item())
    async with following(world, world.citizen._token, case_id) as stream:
        name, where, first_id = await stream.next()
        assert stream.status == 200 and stream.headers["content-type"].startswith("text/event-stream")
        assert (name, where["state"], where["case_id"]) == ("status", "submitted", case_id)
        await world.officer().post(f"/api/cases/{case_id}/accept")
        name, move, move_id = await stream.next()
        assert (name, move["action"], move["state"]) == ("moved", "accept", "accepted")
        assert move_id == move["version"] > first_id and "受理" in move["text"]


async def test_what_was_missed_is_told_first(world, make_item) -> None:
    case_id = await world.submitted(make_item())
    seen = (await world.citizen.get(f"/api/cases/{case_id}/status")).json()["version"]
    await world.officer().post(f"/api/cases/{case_id}/accept")
    await world.officer(2).post(f"/api/cases/{case_id}/decisions", {"decision": "approve"})
    async with following(world, world.citizen._token, case_id, **{"Last-Event-ID": str(seen)}) as stream:
        assert [(await stream.next())[1]["action"] for _ in range(2)] == ["accept", "approve"]


async def test_moves_of_another_process_are_noticed(world, make_item) -> None:
    case_id = await world.submitted(make_item())
    async with following(world, world.citizen._token, case_id) as stream:
        await stream.next()
        world.service.state.followers._wakes, hidden = (
            type(world.service.state.followers._wakes)(set),
            (world.service.state.followers._wakes),
        )
        await world.officer().post(f"/api/cases/{case_id}/accept")  # nobody here hears of it
        world.service.state.followers._wakes = hidden
        assert (await stream.next())[1]["action"] == "accept"


async def test_a_stream_ends_with_its_token(world, make_item) -> None:
    case_id = await world.submitted(make_item())
    token = world.tokens.mint(world.citizen.id, (Role.CITIZEN,), ial=2, exp=int(time.time()) + 2)
    async with following(world, token, case_id) as stream:
        await stream.next()
        assert (await stream.next())[:2] == ("closed", {"reason": "token_expired"})
        await asyncio.wait_for(stream.ended.wait(), 5)


async def test_streams_end_when_the_process_is_told_to_stop(world, make_item) -> None:
    case_id = await world.submitted(make_item())
    async with following(world, world.citizen._token, case_id) as stream:
        await stream.next()
        world.service.streams.close()
        assert (await stream.next())[:2] == ("closed", {"reason": "restarting"})
    async with following(world, world.citizen._token, case_id) as late:
        await asyncio.wait_for(late.ended.wait(), 5)
        assert late.status == 503


async def test_strangers_get_no_stream_and_no_status(world, make_item) -> None:
    case_id = await world.submitted(make_item())
    for stranger in (world.person(), world.officer(unit="BL-HUZHENG"), world.officer(department="CRJ")):
        for path in ("status", "events"):
            assert (await stranger.get(f"/api/cases/{case_id}/{path}")).status_code == 404


async def test_nobody_opens_more_streams_than_pages_need(world, make_item) -> None:
    case_id = await world.submitted(make_item())
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(6):
            stream = await stack.enter_async_context(following(world, world.citizen._token, case_id))
            await stream.next()
        refused = await world.citizen.get(f"/api/cases/{case_id}/events")
        assert refused.status_code == 429 and refused.json()["type"] == "/problems/too-many-streams"
    async with following(world, world.citizen._token, case_id) as again:
        assert (await again.next())[0] == "status"


async def test_a_stream_holds_no_connection(world, make_item) -> None:
    case_id = await world.submitted(make_item())
    async with contextlib.AsyncExitStack() as stack:
        people = [world.tokens.citizen(world.citizen.id) for _ in range(6)]
        for token in people:
            await (await stack.enter_async_context(following(world, token, case_id))).next()
        size = world.service.settings.database_pool_size
        taken = [await asyncio.wait_for(world.service.pool.acquire(), 5) for _ in range(size)]
        for connection in taken:
            world.service.pool.release(connection)


async def test_who_waits_is_answered_by_the_move(world, make_item) -> None:
    case_id = await world.submitted(make_item())
    seen = (await world.citizen.get(f"/api/cases/{case_id}/status")).json()
    assert seen["moves"] == []
    waiting = asyncio.create_task(
        world.citizen.get(f"/api/cases/{case_id}/status?after={seen['version']}&wait=20")
    )
    while not len(world.service.streams):
        await asyncio.sleep(0.01)
    await world.officer().post(f"/api/cases/{case_id}/accept")
    answer = (await asyncio.wait_for(waiting, 15)).json()
    assert [move["action"] for move in answer["moves"]] == ["accept"] and answer["state"] == "accepted"


async def test_a_stop_answers_who_waits(world, make_item) -> None:
    case_id = await world.submitted(make_item())
    seen = (await world.citizen.get(f"/api/cases/{case_id}/status")).json()["version"]
    waiting = asyncio.create_task(world.citizen.get(f"/api/cases/{case_id}/status?after={seen}&wait=20"))
    while not len(world.service.streams):
        await asyncio.sleep(0.01)
    world.service.streams.close()
    assert (await asyncio.wait_for(waiting, 15)).json()["moves"] == []


async def test_who_waits_in_vain_is_told_that_nothing_moved(world, make_item) -> None:
    case_id = await world.submitted(make_item())
    seen = (await world.citizen.get(f"/api/cases/{case_id}/status")).json()["version"]
    answer = await world.citizen.get(f"/api/cases/{case_id}/status?after={seen}&wait=0.05")
    assert answer.status_code == 200 and answer.json()["moves"] == []


async def test_idle_streams_cost_little(world, make_item) -> None:
    """Each may take 40 kB at most; measured are some 20, with what the test itself keeps of it."""
    world.service.streams = Streams(per_caller=2_000)
    case_id = await world.submitted(make_item())
    async with contextlib.AsyncExitStack() as stack:
        await (await stack.enter_async_context(following(world, world.citizen._token, case_id))).next()
        tracemalloc.start()
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(300):
            await (await stack.enter_async_context(following(world, world.citizen._token, case_id))).next()
        each = (tracemalloc.get_traced_memory()[0] - before) / 300
        tracemalloc.stop()
        print(f"{each / 1024:.1f} kB a stream")
        assert each < 40_000


async def test_the_moves_since_a_version_are_found_by_the_case(world) -> None:
    async with world.uow() as uow:
        connection = await uow.connection()
        await connection.execute(
            "INSERT INTO case_history (case_id, version, action, from_state, to_state, actor, at, facts)"
            " SELECT gen_random_uuid(), 2, 'submit', 'draft', 'submitted', 'applicant', now(), '{}'"
            " FROM generate_series(1, 20000)"
        )
        await connection.execute("ANALYZE case_history")
        found = await plan_of(connection, EDGES_AFTER)
        assert "case_history_pkey" in found and "Seq Scan" not in found


@pytest.mark.parametrize("header", ["x", "-1", "99999999999999"])
async def test_a_wrong_last_event_id_is_a_clear_422(world, header) -> None:
    answer = await world.citizen.get(f"/api/cases/{uuid4()}/events", headers={"Last-Event-ID": header})
    assert answer.status_code == 422


async def test_an_unknown_case_is_404(world) -> None:
    assert (await world.citizen.get(f"/api/cases/{UUID(int=1)}/events")).status_code == 404
