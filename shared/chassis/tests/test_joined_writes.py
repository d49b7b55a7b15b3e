"""What an answer takes to the kernel."""

import asyncio
from typing import cast

from chassis.http.joined_writes import JoinedWrites

HEAD = b"HTTP/1.1 200 OK\r\n\r\n"


class Transport:
    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.closing = False

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def is_closing(self) -> bool:
        return self.closing

    def close(self) -> None:
        self.closing = True

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...


def joined(transport: Transport) -> JoinedWrites:
    return JoinedWrites(cast(asyncio.Transport, transport), asyncio.get_running_loop())


async def test_head_and_body_are_one_write():
    under = Transport()
    over = joined(under)
    over.write(HEAD)
    over.write(b"body")
    over.write(b"more")
    assert under.written == [HEAD + b"body", b"more"]
    await asyncio.sleep(0)
    assert under.written == [HEAD + b"body", b"more"]


async def test_head_without_a_body_goes_out_in_the_same_turn_of_the_loop():
    under = Transport()
    joined(under).write(HEAD)
    await asyncio.sleep(0)
    assert under.written == [HEAD]


async def test_closing_sends_what_is_held():
    under = Transport()
    over = joined(under)
    over.write(HEAD)
    over.close()
    await asyncio.sleep(0)
    assert under.written == [HEAD] and over.is_closing()


async def test_connection_that_went_is_not_written_to():
    under = Transport()
    over = joined(under)
    over.write(HEAD)
    under.closing = True
    await asyncio.sleep(0)
    assert under.written == []
