"""The door of a partner: faults, the body, the caller, the use case, the signed answer.

Plain ASGI: these routes are the platform's hot path, and what the sandbox burns is counted in the bench.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from secrets import token_hex
from typing import Protocol, TypeVar

import orjson
from pydantic import BaseModel, ValidationError
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from .errors import Refused
from .faults import FaultBoard, Partner
from .signing import Header, HeaderNames, Signer, signature_headers

BODY_LIMIT = 64 * 1024
_JSON = (b"content-type", b"application/json; charset=utf-8")
_HTML = (b"content-type", b"text/html")
_FILE = (b"content-type", b"application/octet-stream")

Document = dict[str, object]
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Call:
    """An admitted call: path parameters, raw query and body, the sandbox's own address as the caller sees it, who
    calls.
    """

    path: Mapping[str, str]
    query: bytes
    body: bytes
    base_url: str
    caller: str

    def read(self, model: type[Model]) -> Model:
        return parsed(model, self.body)


Handler = Callable[[Call], Document | None]
"""None: done, and there is nothing to say (204)."""


Content = Callable[[Call], Iterator[bytes]]
"""A file, piece by piece; what it refuses it refuses before the first."""


class Door(Protocol):
    """Who may call, by the partner's own rules."""

    def admit(self, method: str, target: bytes, headers: Mapping[bytes, bytes], body: bytes) -> str:
        """Which of our ids calls; raises Refused."""
        ...


class AnswerSigner(Protocol):
    def answer_headers(self, asked: Mapping[bytes, bytes], body: bytes) -> list[Header]:
        """What proves an answer, to the call that had the headers `asked`."""
        ...


class SignedAnswers:
    """Implements `AnswerSigner` with the partner's Ed25519 key and the call's own nonce; PROTOCOL.md §2."""

    def __init__(self, signer: Signer, names: HeaderNames) -> None:
        self._signer = signer
        self._names = names

    def answer_headers(self, asked: Mapping[bytes, bytes], body: bytes) -> list[Header]:
        nonce = asked.get(self._names.nonce) or token_hex(16).encode()
        return signature_headers(self._signer, self._names, body, nonce)


def parsed(model: type[Model], body: bytes) -> Model:
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "body"
        raise Refused(400, "PARAM_ERROR", f"参数错误 {where}: {first['msg']}") from None


async def read_body(receive: Receive, limit: int = BODY_LIMIT) -> bytes:
    message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body"):
        if len(body) > limit:
            break
        message = await receive()
        body += message.get("body", b"")
    if len(body) > limit:
        raise Refused(413, "BODY_TOO_LARGE", "请求体超过限制")
    return body


async def send_answer(send: Send, status: int, body: bytes, headers: list[Header]) -> None:
    length = (b"content-length", b"%d" % len(body))
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": body})


class Edge:
    """One partner's door; `signer` signs its answers, where the partner does that."""

    def __init__(
        self,
        partner: Partner,
        door: Door,
        board: FaultBoard,
        signer: AnswerSigner | None = None,
        public_url: str | None = None,
    ) -> None:
        self._partner = partner
        self._door = door
        self._board = board
        self._signer = signer
        self._public_url = public_url

    def route(self, method: str, path: str, handler: Handler) -> Route:
        return Route(path, _Endpoint(self, handler), methods=[method])

    def file_route(self, path: str, content: Content) -> Route:
        """What is answered is not signed: who gave its hash did that."""
        return Route(path, _FileEndpoint(self, content), methods=["GET"])

    async def send_file(self, content: Content, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        if self._board.of(self._partner).down:
            return await send_answer(send, 503, b"<h1>503 Service Unavailable</h1>", [_HTML])
        try:
            pieces = content(await self._admitted(scope, headers, receive))
        except Refused as refused:
            body = orjson.dumps(refused.document())
            return await send_answer(send, refused.status, body, [_JSON, *self._signature(headers, body)])
        await send({"type": "http.response.start", "status": 200, "headers": [_FILE]})
        for piece in pieces:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async def answer(self, handler: Handler, scope: Scope, receive: Receive, send: Send) -> None:
        faults = self._board.of(self._partner)
        headers = dict(scope["headers"])
        if faults.answer_late_ms:
            await asyncio.sleep(faults.answer_late_ms / 1000)
        if faults.down:
            return await send_answer(send, 503, b"<h1>503 Service Unavailable</h1>", [_HTML])
        if faults.take("http_500_next"):
            return await send_answer(send, 500, b"<h1>500 Internal Server Error</h1>", [_HTML])
        try:
            document = handler(await self._admitted(scope, headers, receive))
            status, body = (204, b"") if document is None else (200, orjson.dumps(document))
        except Refused as refused:
            status, body = refused.status, orjson.dumps(refused.document())
        if status < 300 and faults.take("lost_answer_next"):
            return await send_answer(send, 502, b"<h1>502 Bad Gateway</h1>", [_HTML])
        await send_answer(send, status, body, [_JSON, *self._signature(headers, body)])

    async def _admitted(self, scope: Scope, headers: Mapping[bytes, bytes], receive: Receive) -> Call:
        body = await read_body(receive)
        target = scope["raw_path"]
        if scope["query_string"]:
            target = target + b"?" + scope["query_string"]
        caller = self._door.admit(scope["method"], target, headers, body)
        base_url = self._public_url or f"http://{headers.get(b'host', b'').decode('latin-1')}"
        return Call(scope["path_params"], scope["query_string"], body, base_url, caller)

    def _signature(self, asked: Mapping[bytes, bytes], body: bytes) -> list[Header]:
        return [] if self._signer is None else self._signer.answer_headers(asked, body)


@dataclass(frozen=True, slots=True)
class _Endpoint:
    """An instance, not a function: Starlette then leaves requests and answers to us."""

    edge: Edge
    handler: Handler

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.edge.answer(self.handler, scope, receive, send)


@dataclass(frozen=True, slots=True)
class _FileEndpoint:
    edge: Edge
    content: Content

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.edge.send_file(self.content, scope, receive, send)
