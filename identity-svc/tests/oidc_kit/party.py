"""A department's system, as much of it as the protocol needs."""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import httpx2
from chassis.testing import bearer

from .browser import Browser, Page

ISSUER = "http://127.0.0.1:8080"


@dataclass
class Party:
    client_id: str
    secret: str | None
    http: httpx2.AsyncClient
    redirect_uri: str
    view: dict[str, Any] = field(default_factory=dict)
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(32))

    def request(self, **parameters: str | None) -> str:
        """Where it sends a browser; None leaves a parameter out."""
        sent = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": "openid",
            "state": "a state",
            "nonce": "a nonce",
            "code_challenge": challenge(self.verifier),
            "code_challenge_method": "S256",
            **parameters,
        }
        query = httpx2.QueryParams({name: value for name, value in sent.items() if value is not None})
        return f"/oidc/authorize?{query}"

    async def token(self, basic: bool = True, **form: str) -> httpx2.Response:
        return await self.post("/oidc/token", basic, **form)

    async def post(self, path: str, basic: bool = True, **form: str) -> httpx2.Response:
        if basic:
            return await self.http.post(path, data=form, auth=(self.client_id, self.secret or ""))
        return await self.http.post(path, data=form)

    async def exchange(self, code: str, **other: str) -> httpx2.Response:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": self.verifier,
        }
        return await self.token(**(form | other))

    async def refresh(self, refresh_token: str, **other: str) -> httpx2.Response:
        return await self.token(grant_type="refresh_token", refresh_token=refresh_token, **other)

    async def userinfo(self, access_token: str) -> httpx2.Response:
        return await self.http.get("/oidc/userinfo", headers=bearer(access_token))

    async def tokens(self, page: Page) -> dict[str, Any]:
        """From the browser that came back."""
        assert "code" in page.parameters, page.parameters
        answer = await self.exchange(page.parameters["code"])
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def log_in(self, browser: Browser, phone: str, password: str, **parameters: str) -> dict[str, Any]:
        """The whole way, with every question answered yes."""
        page = await browser.get(self.request(**parameters))
        if page.path == "/login":
            page = await browser.get(f"{page.answer.request.url}&way=password")
            page = await browser.submit(page, "/login/password", phone=phone, password=password)
        if page.path == "/login/consent":
            page = await browser.submit(page, "/login/consent", answer="yes")
        return await self.tokens(page)


async def register(http: httpx2.AsyncClient, operator: str, **fields: Any) -> Party:
    """A new client, by the administrator's API."""
    host = fields.pop("host", "booking.test")
    document = {
        "department": "HUZHENG",
        "name": "户籍预约系统",
        "name_en": "Household appointments",
        "redirect_uris": [f"https://{host}/callback"],
        **fields,
    }
    answer = await http.post("/api/identity/clients", json=document, headers=bearer(operator))
    assert answer.status_code == 201, answer.text
    made = answer.json()
    view = made["client"]
    return Party(view["client_id"], made["client_secret"], http, view["redirect_uris"][0], view)


def challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def claims_of(token: str) -> dict[str, Any]:
    """Not verified."""
    body = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
