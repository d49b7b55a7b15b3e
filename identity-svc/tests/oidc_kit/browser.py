"""A browser without a screen: cookies, redirections, forms."""

import re
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from typing import Any

import httpx2

_REFRESH = re.compile(r'http-equiv="refresh" content="0;url=([^"]*)"')


@dataclass
class Form:
    action: str
    fields: dict[str, str] = field(default_factory=dict)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []
        self.ids: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.ids |= {given["id"]} if "id" in given else set()
        if tag == "form":
            self.found.append(Form(given["action"]))
        if tag == "input" and self.found:
            self.found[-1].fields[given["name"]] = given["value"]


@dataclass
class Page:
    """What the browser shows, or the foreign address that it went to (`left_for`)."""

    answer: httpx2.Response
    left_for: httpx2.URL | None = None

    @property
    def text(self) -> str:
        return self.answer.text

    @property
    def path(self) -> str:
        return self.answer.request.url.path

    @property
    def parameters(self) -> dict[str, str]:
        """Of the foreign address."""
        assert self.left_for is not None, f"still at {self.answer.request.url}: {self.text}"
        return dict(self.left_for.params)

    def forms(self) -> list[Form]:
        parser = _Forms()
        parser.feed(self.text)
        return parser.found

    def ids(self) -> set[str]:
        parser = _Forms()
        parser.feed(self.text)
        return parser.ids

    def form(self, action: str) -> Form:
        (found,) = [form for form in self.forms() if form.action.partition("?")[0] == action]
        return found


class Browser:
    def __init__(self, app: Any, home: str, language: str = "zh-CN", address: str = "198.51.100.7") -> None:
        transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False, client=(address, 40000))
        headers = {"Accept-Language": language}
        self.client = httpx2.AsyncClient(transport=transport, base_url=home, headers=headers)
        self.home = httpx2.URL(home)

    async def get(self, url: str, **headers: str) -> Page:
        return await self._follow(await self.client.get(url, headers=headers))

    async def post(self, url: str, fields: dict[str, str], **headers: str) -> Page:
        return await self._follow(await self.client.post(url, data=fields, headers=headers))

    async def submit(self, page: Page, action: str, **fields: str) -> Page:
        form = page.form(action)
        return await self.post(form.action, form.fields | fields)

    async def _follow(self, answer: httpx2.Response) -> Page:
        while True:
            refresh = _REFRESH.search(answer.text)
            onward = answer.headers.get("location") or (unescape(refresh[1]) if refresh else None)
            if onward is None:
                return Page(answer)
            url = answer.request.url.join(onward)
            if url.host != self.home.host:
                return Page(answer, left_for=url)
            answer = await self.client.get(url)
