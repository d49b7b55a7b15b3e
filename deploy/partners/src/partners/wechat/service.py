"""What WeChat does for our two apps: the mini-program and the official account."""

import hmac
from base64 import b64encode
from dataclasses import dataclass
from secrets import token_bytes, token_urlsafe
from time import time

from ..books import Books
from ..clock import now_ms
from ..edge import Document
from .errors import BAD_APP, BAD_CODE, BAD_GRANT_TYPE, BAD_SCOPE, BAD_SECRET, BAD_TOKEN, WeChatError
from .people import WeChatPeople, openid, unionid

TOKEN_SECONDS = 7200


@dataclass(frozen=True, slots=True)
class App:
    appid: str
    secret: bytes


class WeChat:
    """`token_requests` counts calls for an API token, for whoever wants to see them shared."""

    def __init__(self, books: Books, people: WeChatPeople, mini: App, official: App) -> None:
        self._books = books
        self._people = people
        self.mini = mini
        self.official = official
        self.token_requests = 0

    def session(self, asked: dict[str, str]) -> Document:
        self._admit(self.mini, asked)
        if asked.get("grant_type") != "authorization_code":
            raise WeChatError(*BAD_GRANT_TYPE)
        user, _ = self._people.redeem(asked.get("js_code", ""), "login", self.mini.appid)
        answer: Document = {
            "openid": openid(user["user_id"], self.mini.appid),
            "session_key": b64encode(token_bytes(16)).decode(),
        }
        return answer | ({"unionid": unionid(user)} if user["bound"] else {})

    def stable_token(self, asked: dict[str, object]) -> Document:
        self.token_requests += 1
        app = self._admit_any({name: str(value) for name, value in asked.items()})
        if asked.get("grant_type") != "client_credential":
            raise WeChatError(*BAD_GRANT_TYPE)
        moment = now_ms()
        known = self._books.row("SELECT * FROM wechat_token WHERE appid = ?", app.appid)
        if known is not None and known["expires_at"] > moment and asked.get("force_refresh") is not True:
            left = (known["expires_at"] - moment) // 1000
            return {"access_token": known["token"], "expires_in": left}
        token = token_urlsafe(48)
        self._books.run(
            "INSERT OR REPLACE INTO wechat_token (appid, token, expires_at) VALUES (?, ?, ?)",
            app.appid,
            token,
            moment + TOKEN_SECONDS * 1000,
        )
        return {"access_token": token, "expires_in": TOKEN_SECONDS}

    def forget_tokens(self) -> None:
        """As when somebody reset the app's secret: every API token is invalid from now on."""
        self._books.run("DELETE FROM wechat_token")

    def phone_number(self, token: str, code: str) -> Document:
        known = self._books.row(
            "SELECT 1 FROM wechat_token WHERE token = ? AND appid = ? AND expires_at > ?",
            token,
            self.mini.appid,
            now_ms(),
        )
        if known is None:
            raise WeChatError(*BAD_TOKEN)
        user, _ = self._people.redeem(code, "phone", self.mini.appid)
        phone, country = _split(user["phone"])
        return {
            "errcode": 0,
            "errmsg": "ok",
            "phone_info": {
                "phoneNumber": phone if country == "86" else f"+{country}{phone}",
                "purePhoneNumber": phone,
                "countryCode": country,
                "watermark": {"timestamp": int(time()), "appid": self.mini.appid},
            },
        }

    def oauth_token(self, asked: dict[str, str]) -> Document:
        self._admit(self.official, asked)
        if asked.get("grant_type") != "authorization_code":
            raise WeChatError(*BAD_GRANT_TYPE)
        user, scope = self._people.redeem(asked.get("code", ""), "oauth", self.official.appid)
        token = token_urlsafe(48)
        self._books.run(
            "INSERT INTO wechat_grant (token, user_id, scope, expires_at) VALUES (?, ?, ?, ?)",
            token,
            user["user_id"],
            scope,
            now_ms() + TOKEN_SECONDS * 1000,
        )
        answer: Document = {
            "access_token": token,
            "expires_in": TOKEN_SECONDS,
            "refresh_token": token_urlsafe(48),
            "openid": openid(user["user_id"], self.official.appid),
            "scope": scope,
        }
        tells_union = user["bound"] and scope == "snsapi_userinfo"
        return answer | ({"unionid": unionid(user)} if tells_union else {})

    def userinfo(self, token: str, asked_openid: str) -> Document:
        grant = self._books.row(
            "SELECT * FROM wechat_grant WHERE token = ? AND expires_at > ?", token, now_ms()
        )
        if grant is None:
            raise WeChatError(*BAD_TOKEN)
        if grant["scope"] != "snsapi_userinfo":
            raise WeChatError(*BAD_SCOPE)
        user = self._people.find(grant["user_id"])
        if user is None or openid(user["user_id"], self.official.appid) != asked_openid:
            raise WeChatError(*BAD_CODE)
        answer: Document = {
            "openid": asked_openid,
            "nickname": user["nickname"],
            "sex": 0,
            "province": "",
            "city": "",
            "country": "",
            "headimgurl": "",
            "privilege": [],
        }
        return answer | ({"unionid": unionid(user)} if user["bound"] else {})

    def _admit_any(self, asked: dict[str, str]) -> App:
        for app in (self.mini, self.official):
            if asked.get("appid") == app.appid:
                self._admit(app, asked)
                return app
        raise WeChatError(*BAD_APP)

    def _admit(self, app: App, asked: dict[str, str]) -> None:
        if asked.get("appid") != app.appid:
            raise WeChatError(*BAD_APP)
        if not hmac.compare_digest(asked.get("secret", "").encode(), app.secret):
            raise WeChatError(*BAD_SECRET)


def _split(phone: str) -> tuple[str, str]:
    """Number and country code; numbers from abroad are kept with their `+`, taken to have two-digit codes."""
    return (phone[3:], phone[1:3]) if phone.startswith("+") else (phone, "86")
