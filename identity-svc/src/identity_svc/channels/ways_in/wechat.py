"""WeChat's server API. It answers HTTP 200 and text/plain, whether it has a result or an errcode."""

import asyncio
from dataclasses import dataclass
from typing import Any, Final

import httpx2
import orjson
import structlog

from ...domain.personal import read_phone
from ...domain.ways_in.errors import ProviderDown, VouchingRefused, WayNotOffered
from ...domain.ways_in.vouched import Provider, Vouched
from .shared_token import SharedToken

log = structlog.get_logger(__name__)

_BUSY: Final = -1
_BAD_TOKEN: Final = {40001, 40014, 42001}
_REFUSED: Final = {40029, 40163, 40226}
"""The code is unknown, expired, used, or its user is blocked. Whatever else is our own mistake or WeChat's."""
_TRIES: Final = 3
_PAUSE_SECONDS: Final = 0.15


@dataclass(frozen=True, slots=True)
class WeChatApp:
    appid: str
    secret: str


class WeChatFailed(Exception):
    def __init__(self, errcode: int, errmsg: str) -> None:
        super().__init__(f"{errcode} {errmsg}")
        self.errcode = errcode


class WeChatApi:
    """`base_url` without a slash at its end."""

    def __init__(self, client: httpx2.AsyncClient, base_url: str) -> None:
        self._client = client
        self._base_url = base_url

    async def ask(
        self, method: str, path: str, *, query: dict[str, str], body: object = None
    ) -> dict[str, Any]:
        """The answer; asked again while WeChat is busy. Raises WeChatFailed, ProviderDown."""
        for attempt in range(1, _TRIES + 1):
            answer = await self._once(method, path, query, body)
            code = _errcode(answer)
            if code == 0:
                return answer
            if code != _BUSY or attempt == _TRIES:
                raise WeChatFailed(code, str(answer.get("errmsg", ""))[:200])
            await asyncio.sleep(_PAUSE_SECONDS * attempt)
        raise AssertionError("unreachable")

    async def _once(self, method: str, path: str, query: dict[str, str], body: object) -> dict[str, Any]:
        content = None if body is None else orjson.dumps(body)
        headers = {"Content-Type": "application/json"} if content else {}
        try:
            response = await self._client.request(
                method, self._base_url + path, params=query, content=content, headers=headers
            )
            answer = orjson.loads(response.content)
        except (httpx2.HTTPError, orjson.JSONDecodeError) as error:
            # Its type alone: the address in its text holds secret and code.
            log.warning("wechat_away", path=path, cause=type(error).__name__)
            raise ProviderDown(Provider.WECHAT) from None
        if response.status_code != 200 or not isinstance(answer, dict):
            log.warning("wechat_away", path=path, status=response.status_code)
            raise ProviderDown(Provider.WECHAT)
        return answer


class WeChatLogIn:
    """What log-in needs of the mini-program; a session_key that comes along ends here."""

    def __init__(self, api: WeChatApi, token: SharedToken, mini: WeChatApp | None) -> None:
        self._api = api
        self._token = token
        self._mini = mini

    async def mini_program_user(self, js_code: str) -> Vouched:
        app = _configured(self._mini)
        query = {
            "appid": app.appid,
            "secret": app.secret,
            "js_code": js_code,
            "grant_type": "authorization_code",
        }
        try:
            answer = await self._api.ask("GET", "/sns/jscode2session", query=query)
        except WeChatFailed as failed:
            raise as_problem(failed) from failed
        return vouched_user(app, answer)

    async def phone(self, phone_code: str) -> str:
        app = _configured(self._mini)
        try:
            answer = await self._with_token(app, phone_code)
        except WeChatFailed as failed:
            raise as_problem(failed) from failed
        phone = _phone_in(answer)
        if phone is None:
            raise VouchingRefused(Provider.WECHAT)
        return phone

    async def _with_token(self, app: WeChatApp, code: str) -> dict[str, Any]:
        token = await self._token.get(app)
        try:
            return await self._ask_phone(app, code, token)
        except WeChatFailed as failed:
            if failed.errcode not in _BAD_TOKEN:
                raise
        # Somebody ended the token that we share; of many who notice, one gets the next.
        return await self._ask_phone(app, code, await self._token.get(app, refused=token))

    async def _ask_phone(self, app: WeChatApp, code: str, token: str) -> dict[str, Any]:
        query = {"access_token": token}
        return await self._api.ask(
            "POST", "/wxa/business/getuserphonenumber", query=query, body={"code": code}
        )


def vouched_user(app: WeChatApp, answer: dict[str, Any]) -> Vouched:
    """The app's own name for the user, and the one that all our apps share, where WeChat tells it."""
    openid, unionid = answer.get("openid"), answer.get("unionid")
    if not isinstance(openid, str) or not openid:
        raise ProviderDown(Provider.WECHAT)
    names = [f"openid:{app.appid}:{openid}"]
    if isinstance(unionid, str) and unionid:
        names.append(f"unionid:{unionid}")
    return Vouched(Provider.WECHAT, tuple(names))


def _configured(app: WeChatApp | None) -> WeChatApp:
    if app is None:
        raise WayNotOffered
    return app


def as_problem(failed: WeChatFailed) -> Exception:
    if failed.errcode in _REFUSED:
        return VouchingRefused(Provider.WECHAT)
    log.warning("wechat_failed", errcode=failed.errcode)
    return ProviderDown(Provider.WECHAT)


def _errcode(answer: dict[str, Any]) -> int:
    """Sometimes a string; 0 and absent mean that all went well."""
    try:
        return int(answer.get("errcode", 0))
    except (TypeError, ValueError):
        raise ProviderDown(Provider.WECHAT) from None


def _phone_in(answer: dict[str, Any]) -> str | None:
    told = answer.get("phone_info")
    if not isinstance(told, dict):
        return None
    return read_phone(f"+{told.get('countryCode', '86')}{told.get('purePhoneNumber', '')}")
