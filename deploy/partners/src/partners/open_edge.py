"""The door of partners who sign nothing: browsers, and programs that prove themselves within the call."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from starlette.datastructures import Headers, QueryParams
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from .edge import Model, parsed, read_body
from .errors import Refused
from .faults import FaultBoard, Partner

_PAGE = """<!doctype html>
<html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>{title}</title>
<style>
 body{{font:16px/1.6 system-ui,"PingFang SC","Microsoft YaHei",sans-serif;
  margin:0;background:#f3f5f8;color:#1c2733}}
 main{{max-width:24rem;margin:8vh auto;padding:2rem;background:#fff;border-radius:12px}}
 h1{{font-size:1.3rem;margin:0 0 1rem}} small,.note{{color:#5b6875}}
 button{{width:100%;margin:.3rem 0;padding:.8rem;font:inherit;color:#fff;background:{colour};border:0;
  border-radius:8px}} button.plain{{background:#fff;color:#1c2733;border:1px solid #b9c3cd}}
</style>
<main><h1>{title}</h1>{body}
 <p class="note">演示环境，人物均为虚构。<br>Sandbox: nobody here is real.</p>
</main></html>"""


@dataclass(frozen=True, slots=True)
class Visit:
    """A request as it came; `base_url` is the sandbox's own address as the caller sees it.

    `raw_query` for partners whose text need not be UTF-8.
    """

    path: dict[str, str]
    query: QueryParams
    headers: Headers
    body: bytes
    base_url: str
    raw_query: bytes = b""

    def read(self, model: type[Model]) -> Model:
        return parsed(model, self.body)

    def form(self) -> dict[str, str]:
        """Of a repeated field the last value; undecodable bytes are replaced."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))


Answer = Callable[[Visit], Response]


@dataclass(frozen=True, slots=True)
class OpenEdge:
    partner: Partner
    board: FaultBoard
    public_url: str | None = None

    def route(self, method: str, path: str, answer: Answer) -> Route:
        async def endpoint(request: Request) -> Response:
            faults = self.board.of(self.partner)
            if faults.answer_late_ms:
                await asyncio.sleep(faults.answer_late_ms / 1000)
            if faults.down:
                return HTMLResponse("<h1>503 Service Unavailable</h1>", 503)
            if faults.take("http_500_next"):
                return HTMLResponse("<h1>500 Internal Server Error</h1>", 500)
            try:
                response = answer(await self._visit(request))
            except Refused as refused:
                response = JSONResponse(refused.document(), refused.status)
            if response.status_code == 200 and faults.take("lost_answer_next"):
                return HTMLResponse("<h1>502 Bad Gateway</h1>", 502)
            return response

        return Route(path, endpoint, methods=[method])

    async def _visit(self, request: Request) -> Visit:
        body = await read_body(request.receive)
        base_url = self.public_url or f"http://{request.headers.get('host', '')}"
        return Visit(
            request.path_params,
            request.query_params,
            request.headers,
            body,
            base_url,
            request.scope["query_string"],
        )


def page(title: str, body: str, *, colour: str = "#1f5fbf", status: int = 200) -> HTMLResponse:
    """`body` is HTML; the title is escaped here."""
    content = _PAGE.format(title=escape(title), body=body, colour=colour)
    return HTMLResponse(content, status, headers={"Cache-Control": "no-store"})


def hidden(fields: dict[str, str]) -> str:
    """The fields as hidden inputs of a form."""
    return "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in fields.items()
    )


def back_to(url: str, **added: str | None) -> RedirectResponse:
    """Sends the browser to `url` with `added` in its query; what is None stays away."""
    parts = urlsplit(url)
    query = parse_qsl(parts.query, keep_blank_values=True)
    query += [(name, value) for name, value in added.items() if value is not None]
    return RedirectResponse(urlunsplit(parts._replace(query=urlencode(query))), 302)
