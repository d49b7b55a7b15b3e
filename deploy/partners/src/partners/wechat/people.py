"""WeChat users of the sandbox, and the codes that stand for them. A code works once, for five minutes."""

import hashlib
import sqlite3
from base64 import urlsafe_b64encode
from secrets import token_hex, token_urlsafe
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from ..books import Books
from ..clock import now_ms
from ..edge import Document
from ..errors import Refused
from ..fields import text
from ..sms import plain_phone
from .errors import BAD_CODE, BLOCKED, CODE_USED, TOO_OFTEN, WeChatError

CODE_MS = 300_000
CodeKind = Literal["login", "phone", "oauth"]
_FIRST_USERS = (("wu_demo_wang", "小王", "13800000001"), ("wu_demo_chen", "晨光", "13800000009"))


class NewUser(BaseModel):
    """`bound`: the app belongs to an Open Platform account, so that WeChat tells a unionid."""

    model_config = ConfigDict(extra="forbid")

    nickname: Annotated[str, text(32)] = "微信用户"
    phone: Annotated[str, text(32), AfterValidator(plain_phone)]
    bound: bool = True


class PutUserState(BaseModel):
    model_config = ConfigDict(extra="forbid")

    state: Literal["ok", "blocked", "limited"] = "ok"
    bound: bool | None = None


class IssueCode(BaseModel):
    """`age_seconds`: how long ago the code was given out."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["login", "phone"] = "login"
    age_seconds: Annotated[int, Field(ge=0, le=86_400)] = 0


class WeChatPeople:
    def __init__(self, books: Books, mini: str, official: str) -> None:
        self._books = books
        self._apps = {"mini": mini, "official": official}
        with books.transaction():
            for user_id, nickname, phone in _FIRST_USERS:
                self._add(user_id, nickname, phone, bound=True)

    def create(self, asked: NewUser) -> Document:
        user_id = f"wu_{token_hex(8)}"
        self._add(user_id, asked.nickname, asked.phone, bound=asked.bound)
        return self.document(self._find(user_id))

    def all(self) -> list[Document]:
        return [self.document(row) for row in self._books.rows("SELECT * FROM wechat_user ORDER BY seq")]

    def change(self, user_id: str, asked: PutUserState) -> Document:
        self._find(user_id)
        self._books.run("UPDATE wechat_user SET state = ? WHERE user_id = ?", asked.state, user_id)
        if asked.bound is not None:
            self._books.run("UPDATE wechat_user SET bound = ? WHERE user_id = ?", asked.bound, user_id)
        return self.document(self._find(user_id))

    def issue_by_hand(self, user_id: str, asked: IssueCode) -> Document:
        self._find(user_id)
        return {"code": self.issue(user_id, asked.kind, self._apps["mini"], age_ms=asked.age_seconds * 1000)}

    def issue(self, user_id: str, kind: CodeKind, appid: str, *, scope: str = "", age_ms: int = 0) -> str:
        code = token_urlsafe(24)
        self._books.run(
            "INSERT INTO wechat_code (code, kind, appid, user_id, scope, issued_at) VALUES (?, ?, ?, ?, ?, ?)",
            code,
            kind,
            appid,
            user_id,
            scope,
            now_ms() - age_ms,
        )
        return code

    def redeem(self, code: str, kind: CodeKind, appid: str) -> tuple[sqlite3.Row, str]:
        """The user and scope behind a code, which is used up. Raises WeChatError."""
        found = self._books.row(
            "SELECT * FROM wechat_code WHERE code = ? AND kind = ? AND appid = ?", code, kind, appid
        )
        if found is None or found["issued_at"] + CODE_MS <= now_ms():
            raise WeChatError(*BAD_CODE)
        user = self._find(found["user_id"])
        if user["state"] == "blocked":
            raise WeChatError(*BLOCKED)
        if user["state"] == "limited":
            raise WeChatError(*TOO_OFTEN)
        if not self._books.run(
            "UPDATE wechat_code SET used_at = ? WHERE code = ? AND used_at IS NULL", now_ms(), code
        ):
            raise WeChatError(*CODE_USED)
        return user, found["scope"]

    def document(self, user: sqlite3.Row) -> Document:
        return {
            "user_id": user["user_id"],
            "nickname": user["nickname"],
            "phone": user["phone"],
            "state": user["state"],
            "unionid": unionid(user),
            "openids": {name: openid(user["user_id"], appid) for name, appid in self._apps.items()},
        }

    def knows(self, appid: str, openid_: str) -> bool:
        """Whether that is a user of that app."""
        users = self._books.rows("SELECT user_id FROM wechat_user")
        return any(openid(user["user_id"], appid) == openid_ for user in users)

    def find(self, user_id: str) -> sqlite3.Row | None:
        return self._books.row("SELECT * FROM wechat_user WHERE user_id = ?", user_id)

    def _find(self, user_id: str) -> sqlite3.Row:
        found = self.find(user_id)
        if found is None:
            raise Refused(404, "USER_NOT_EXIST", "没有这个微信用户")
        return found

    def _add(self, user_id: str, nickname: str, phone: str, *, bound: bool) -> None:
        self._books.run(
            "INSERT OR IGNORE INTO wechat_user (user_id, nickname, phone, bound, state)"
            " VALUES (?, ?, ?, ?, 'ok')",
            user_id,
            nickname,
            phone,
            bound,
        )


def openid(user_id: str, appid: str) -> str:
    """28 characters; another one for each app, always the same."""
    return _identifier(f"{appid}:{user_id}")


def unionid(user: sqlite3.Row) -> str | None:
    return _identifier(f"union:{user['user_id']}") if user["bound"] else None


def _identifier(of: str) -> str:
    return "o" + urlsafe_b64encode(hashlib.sha256(of.encode()).digest())[:27].decode()
