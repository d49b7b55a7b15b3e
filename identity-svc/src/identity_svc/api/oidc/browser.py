"""The browser before us: its cookies, its language, and the log-in it is in the middle of."""

import hmac
from dataclasses import dataclass, replace
from typing import Annotated, Final

from chassis.db import UnitOfWork
from chassis.problems.rendering import prefers_english
from fastapi import Depends, Request, Response

from ...application.oidc.authorize import Visitor
from ...application.oidc.handlers import OidcDesk
from ...application.oidc.ports import Flows
from ...application.open_session import IssuedTokens
from ...domain.oidc.answers import with_query
from ...domain.oidc.browser import browser_hash, form_token, new_browser, read_session_cookie
from ...domain.oidc.errors import FormStale
from ...domain.oidc.interaction import Step

_PATHS: Final = {
    Step.LOG_IN: "/login",
    Step.CHOOSE: "/login/choose",
    Step.LEVEL: "/login/level",
    Step.CONSENT: "/login/consent",
    Step.GIVE_CODE: "/login/continue",
}
_LONGEST_MARK: Final = 64
_LANGUAGE: Final = "language"
_TRUSTED: Final = 400 * 24 * 3600
"""As long as browsers keep a cookie; whether the device is still trusted stands in the database."""


@dataclass(slots=True)
class Here:
    """`new`: its mark is not yet known to it. `flow_id`: the log-in under way, as the address names it.

    `session_cookie`: to be set; empty to be forgotten. `device_cookie`: an officer trusts this browser from now on.
    """

    visitor: Visitor
    new: bool
    secure: bool
    english: bool
    language_chosen: bool
    flow_id: str | None
    path: str
    session_cookie: str | None = None
    device_cookie: str | None = None

    @property
    def form_token(self) -> str:
        return form_token(self.visitor.browser, self.visitor.session)

    def check_form(self, request: Request, form: dict[str, str]) -> None:
        """That a form comes from a page of ours in this browser. Raises FormStale."""
        elsewhere = request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none")
        right = hmac.compare_digest(form.get("form", "").encode(), self.form_token.encode())
        if self.new or elsewhere or not right:
            raise FormStale

    async def renew(self, uow: UnitOfWork, flows: Flows) -> None:
        """Another mark, for whoever knew the one before; the log-ins under way come along."""
        before, self.visitor = self.visitor, replace(self.visitor, browser=new_browser())
        self.new = True
        await flows.move(uow, browser_hash(before.browser), browser_hash(self.visitor.browser))

    def forget(self) -> None:
        """After a log-out: whoever sits here next has nothing in common with who left, not even a log-in under way."""
        if self.visitor.session is not None:
            self.visitor, self.new = Visitor(new_browser()), True
        self.session_cookie = ""

    def finish(self, response: Response) -> Response:
        """`response` with the cookies that changed."""
        if self.new:
            self._set(response, "browser", self.visitor.browser)
        if self.session_cookie is not None:
            self._set(response, "session", self.session_cookie)
        if self.device_cookie is not None:
            self._set(response, "device", self.device_cookie, max_age=_TRUSTED)
        if self.language_chosen:
            self._set(response, _LANGUAGE, "en" if self.english else "zh")
        return response

    def _set(self, response: Response, name: str, value: str, max_age: int | None = None) -> None:
        """Without `max_age`, for as long as the browser is open: others may sit before it tomorrow."""
        response.set_cookie(
            cookie_name(name, self.secure),
            value,
            max_age=max_age if value else 0,
            path="/",
            secure=self.secure,
            httponly=True,
            samesite="lax",
        )


def cookie_name(name: str, secure: bool) -> str:
    """`__Host-` binds it to this very host; browsers take such a name over https only."""
    return f"__Host-login-{name}" if secure else f"login-{name}"


async def here_of(request: Request) -> Here:
    desk: OidcDesk = request.app.state.oidc
    secure = desk.issuer.startswith("https://")
    mark = request.cookies.get(cookie_name("browser", secure), "")
    known = 16 <= len(mark) <= _LONGEST_MARK and mark.isascii() and mark.isprintable()
    asked = request.query_params.get("lang")
    kept = request.cookies.get(cookie_name(_LANGUAGE, secure))
    language = asked if asked in ("zh", "en") else kept
    english = (
        language == "en"
        if language in ("zh", "en")
        else prefers_english(request.headers.get("accept-language"))
    )
    return Here(
        visitor=Visitor(
            mark if known else new_browser(),
            read_session_cookie(request.cookies.get(cookie_name("session", secure), "")),
        ),
        new=not known,
        secure=secure,
        english=english,
        language_chosen=language in ("zh", "en"),
        flow_id=request.query_params.get("flow"),
        path=request.scope["path"],
    )


TheBrowser = Annotated[Here, Depends(here_of)]


def send_to(url: str) -> Response:
    return Response(status_code=303, headers={"Location": url, "Cache-Control": "no-store"})


def step_path(step: Step) -> str:
    return _PATHS[step]


def go_on(flow_id: str | None) -> Response:
    """To whatever comes next in the log-in under way, if there is one."""
    return send_to(with_query("/login/continue", flow=flow_id))


async def come_in(
    request: Request, uow: UnitOfWork, here: Here, tokens: IssuedTokens, flow_id: str | None
) -> Response:
    """For every way in: the session that was just opened becomes this browser's, and its log-in goes on.

    The session's tokens stay here; the browser gets a cookie. Raises AccountNotReady.
    """
    desk: OidcDesk = request.app.state.oidc
    before = await desk.authorize.seat(uow, here.visitor)
    here.session_cookie = await desk.come_in(uow, tokens.subject, tokens.session_id, before)
    await here.renew(uow, desk.flows)
    return here.finish(go_on(flow_id))
