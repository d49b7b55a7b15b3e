"""The door of a courier: faults, the form, the face's answer. It signs nothing and answers 200 whatever it says.

Plain ASGI, as `edge.py` and for the same reason: the bench counts what the sandbox burns.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

import orjson
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from ..edge import Document, read_body, send_answer
from ..errors import Refused
from ..faults import FaultBoard, Faults, Partner

_JSON = (b"content-type", b"application/json;charset=UTF-8")
_PDF = (b"content-type", b"application/pdf")
_CSV = (b"content-type", b"text/csv;charset=UTF-8")
_HTML = (b"content-type", b"text/html")
FORM_FIELDS = 20

Form = Mapping[str, str]
Api = Callable[[Form, str], Document]
"""The fields, and the sandbox's own address as the caller sees it; never raises."""
Pages = Callable[[str, Mapping[bytes, bytes]], bytes]
"""A file, by the number or month that names it and the request's headers; raises Refused."""


@dataclass(frozen=True, slots=True)
class CourierDoor:
    partner: Partner
    board: FaultBoard
    public_url: str | None = None

    @property
    def faults(self) -> Faults:
        return self.board.of(self.partner)

    def api(self, path: str, answer: Api) -> Route:
        return Route(path, _ApiEndpoint(self, answer), methods=["POST"])

    def label(self, path: str, answer: Pages) -> Route:
        """`path` has a `{waybill_no}`."""
        return Route(path, _FileEndpoint(self, answer, "waybill_no", _PDF), methods=["GET"])

    def statement(self, path: str, answer: Pages) -> Route:
        """`path` has a `{month}`."""
        return Route(path, _FileEndpoint(self, answer, "month", _CSV), methods=["GET"])

    async def spoils(self, send: Send) -> bool:
        """Whether a fault answered instead."""
        faults = self.faults
        if faults.answer_late_ms:
            await asyncio.sleep(faults.answer_late_ms / 1000)
        if faults.down:
            await send_answer(send, 503, b"<h1>503 Service Unavailable</h1>", [_HTML])
        elif faults.take("http_500_next"):
            await send_answer(send, 500, b"<h1>500 Internal Server Error</h1>", [_HTML])
        else:
            return False
        return True


@dataclass(frozen=True, slots=True)
class _ApiEndpoint:
    """An instance, not a function: Starlette then leaves requests and answers to us."""

    door: CourierDoor
    answer: Api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if await self.door.spoils(send):
            return
        try:
            body = await read_body(receive)
            form = dict(
                parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=FORM_FIELDS)
            )
        except (Refused, ValueError):
            await send_answer(send, 400, b"<h1>400 Bad Request</h1>", [_HTML])
            return
        document = self.answer(form, self.door.public_url or _own_address(scope))
        if self.door.faults.take("lost_answer_next"):
            await send_answer(send, 502, b"<h1>502 Bad Gateway</h1>", [_HTML])
            return
        await send_answer(send, 200, orjson.dumps(document), [_JSON])


@dataclass(frozen=True, slots=True)
class _FileEndpoint:
    door: CourierDoor
    answer: Pages
    named: str
    kind: tuple[bytes, bytes]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if await self.door.spoils(send):
            return
        try:
            page = self.answer(scope["path_params"][self.named], dict(scope["headers"]))
        except Refused as refused:
            await send_answer(send, refused.status, orjson.dumps(refused.document()), [_JSON])
            return
        await send_answer(send, 200, page, [self.kind])


def _own_address(scope: Scope) -> str:
    host = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
    return f"http://{host}"
