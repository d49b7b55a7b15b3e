"""WeChat's paths. Programs are answered with HTTP 200 and text/plain whatever happened; people get a page."""

from collections.abc import Callable
from html import escape
from urllib.parse import urlsplit

import orjson
from starlette.responses import Response
from starlette.routing import Route

from ..edge import Document
from ..open_edge import OpenEdge, Visit, back_to, hidden, page
from .errors import BAD_DATA, BUSY, WeChatError
from .people import WeChatPeople
from .service import WeChat

_GREEN = "#07a35a"
_SCOPES = ("snsapi_base", "snsapi_userinfo")


def routes(edge: OpenEdge, wechat: WeChat, people: WeChatPeople, domain: str) -> list[Route]:
    def told(answer: Callable[[Visit], Document]) -> Callable[[Visit], Response]:
        def tell(visit: Visit) -> Response:
            try:
                if edge.board.of("wechat").take("busy_next"):
                    raise WeChatError(*BUSY)
                document = answer(visit)
            except WeChatError as error:
                document = {"errcode": error.errcode, "errmsg": error.errmsg}
            return Response(orjson.dumps(document), media_type="text/plain")

        return tell

    def phone_number(visit: Visit) -> Document:
        code = _object(visit).get("code")
        return wechat.phone_number(visit.query.get("access_token", ""), str(code))

    def userinfo(visit: Visit) -> Document:
        return wechat.userinfo(visit.query.get("access_token", ""), visit.query.get("openid", ""))

    return [
        edge.route("GET", "/sns/jscode2session", told(lambda visit: wechat.session(dict(visit.query)))),
        edge.route("POST", "/cgi-bin/stable_token", told(lambda visit: wechat.stable_token(_object(visit)))),
        edge.route("POST", "/wxa/business/getuserphonenumber", told(phone_number)),
        edge.route(
            "GET", "/sns/oauth2/access_token", told(lambda visit: wechat.oauth_token(dict(visit.query)))
        ),
        edge.route("GET", "/sns/userinfo", told(userinfo)),
        *_pages(edge, wechat, people, domain),
    ]


def _pages(edge: OpenEdge, wechat: WeChat, people: WeChatPeople, domain: str) -> list[Route]:
    def choose(visit: Visit) -> Response:
        asked = dict(visit.query)
        if (wrong := _wrong(asked, wechat.official.appid, domain)) is not None:
            return wrong
        buttons = "".join(
            f'<button name="user" value="{user["user_id"]}">以“{escape(str(user["nickname"]))}”的身份登录</button>'
            for user in people.all()
        )
        form = f'<form method="post">{hidden(asked)}<p>申请获得你的公开信息</p>{buttons}'
        return page(
            "微信授权",
            f'{form}<button class="plain" name="user" value="">拒绝</button></form>',
            colour=_GREEN,
        )

    def chosen(visit: Visit) -> Response:
        asked = visit.form()
        if (wrong := _wrong(asked, wechat.official.appid, domain)) is not None:
            return wrong
        user = people.find(asked.get("user", ""))
        if user is None:
            return back_to(asked["redirect_uri"], state=asked.get("state", ""))
        code = people.issue(user["user_id"], "oauth", wechat.official.appid, scope=asked["scope"])
        return back_to(asked["redirect_uri"], code=code, state=asked.get("state", ""))

    return [
        edge.route("GET", "/connect/oauth2/authorize", choose),
        edge.route("POST", "/connect/oauth2/authorize", chosen),
    ]


def _wrong(asked: dict[str, str], appid: str, domain: str) -> Response | None:
    """A page in place of the question when the app that asks is not what it says."""
    if asked.get("appid") != appid:
        reason = "appid 参数错误"
    elif urlsplit(asked.get("redirect_uri", "")).netloc != domain:
        reason = "redirect_uri 域名与后台配置不一致，错误码：10003"
    elif asked.get("response_type") != "code" or asked.get("scope") not in _SCOPES:
        reason = "scope 参数错误或没有 scope 权限，错误码：10005"
    else:
        return None
    return page("微信授权", f"<p>{reason}</p>", colour=_GREEN, status=400)


def _object(visit: Visit) -> dict[str, object]:
    try:
        document = orjson.loads(visit.body)
    except orjson.JSONDecodeError:
        document = None
    if not isinstance(document, dict):
        raise WeChatError(*BAD_DATA)
    return document
