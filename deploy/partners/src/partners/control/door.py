"""The control API's door: a bearer token, query and body read strictly, answers as JSON."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from pydantic import SecretStr
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ..clock import to_ms
from ..edge import Model, parsed, read_body
from ..errors import Refused

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ask:
    path: dict[str, str]
    query: QueryParams
    body: bytes

    def read(self, model: type[Model]) -> Model:
        """The body; an empty one stands for `{}`."""
        return parsed(model, self.body or b"{}")

    def since(self) -> int | None:
        """Milliseconds; a `+` that a client forgot to percent-encode arrives as a space."""
        text = self.query.get("since", "").replace(" ", "+")
        if not text:
            return None
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise Refused(400, "PARAM_ERROR", "参数错误 since") from None
        if moment.tzinfo is None:
            raise Refused(400, "PARAM_ERROR", "参数错误 since: 缺少时区")
        return to_ms(moment)

    def number(self, name: str, default: int, largest: int) -> int:
        text = self.query.get(name)
        if text is None:
            return default
        if not (text.isascii() and text.isdigit() and len(text) < 19):
            raise Refused(400, "PARAM_ERROR", f"参数错误 {name}")
        return min(int(text), largest)

    def names(self, name: str) -> str | None:
        """Repeated or comma-joined values as a JSON list, for `json_each`; None when the filter is absent."""
        values = [value for part in self.query.getlist(name) for value in part.split(",") if value]
        return orjson.dumps(values).decode() if values else None


Handler = Callable[[Ask], Answer]


class ControlDoor:
    def __init__(self, token: SecretStr) -> None:
        self._expected = f"Bearer {token.get_secret_value()}".encode()

    def route(self, method: str, path: str, handler: Handler) -> Route:
        async def endpoint(request: Request) -> Response:
            try:
                self._admit(request)
                body = await read_body(request.receive)
                status, document = 200, handler(Ask(request.path_params, request.query_params, body))
            except Refused as refused:
                status, document = refused.status, refused.document()
            return Response(orjson.dumps(document), status, media_type="application/json")

        return Route(f"/control{path}", endpoint, methods=[method])

    def _admit(self, request: Request) -> None:
        given = request.headers.get("authorization", "").encode()
        if not hmac.compare_digest(given, self._expected):
            raise Refused(401, "CONTROL_TOKEN_INVALID", "控制令牌不正确")
