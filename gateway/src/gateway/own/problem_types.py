"""The types of problem there are: ours, the chassis', and those that services list in their API documents."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from chassis.problems import Problem

# What whoever gets a problem can do about it, by its status.
_ADVICE: dict[int, tuple[str, str]] = {
    400: (
        "请按 detail 的说明改正请求后重发。",
        "Correct the request as detail says and send it again.",
    ),
    401: (
        "请登录，或用刷新令牌换取新令牌后重试。",
        "Log in, or get a new token for your refresh token, and try again.",
    ),
    403: (
        "您的身份或权限不允许此操作；如有疑问请联系受理单位。",
        "Your role does not allow this; ask the unit in charge.",
    ),
    404: (
        "请核对链接或编号；内容可能已不存在，或不属于您。",
        "Check the link or number; it may be gone, or not be yours.",
    ),
    405: (
        "该地址不支持这种请求方法，允许的见 Allow 头。",
        "Use a method that the Allow header names.",
    ),
    408: (
        "请检查网络后重新发送。",
        "Check your network and send it again.",
    ),
    409: (
        "请先读取最新状态，再决定下一步。",
        "Read the present state, then decide what to do next.",
    ),
    412: (
        "内容已被他人更新，请重新读取后再改。",
        "It was changed meanwhile; read it again, then change it.",
    ),
    413: (
        "请缩小后再发，上限见 limit_bytes。",
        "Make it smaller; limit_bytes gives the limit.",
    ),
    415: (
        "请换用支持的文件类型。",
        "Use a type of content that is supported.",
    ),
    422: (
        "请按 errors 列出的位置逐项修改。",
        "Correct what errors lists, place by place.",
    ),
    429: (
        "请等待 Retry-After 给出的秒数后再试。",
        "Wait the seconds that Retry-After gives, then try again.",
    ),
    431: (
        "请减少或缩短请求头后重试。",
        "Send fewer or shorter headers.",
    ),
    500: (
        "请稍后重试；如再次发生，请提供 request_id。",
        "Try again later; should it happen again, tell us the request_id.",
    ),
    503: (
        "请稍后重试；写操作请用同一 Idempotency-Key，不会重复办理。",
        "Try again shortly; a write with the same Idempotency-Key is never done twice.",
    ),
    504: (
        "结果未知：请用同一 Idempotency-Key 重试，不会重复办理。",
        "The outcome is not known: retry with the same Idempotency-Key, nothing is done twice.",
    ),
}


@dataclass(frozen=True, slots=True)
class ProblemType:
    """`title` and `advice` in Chinese and English."""

    slug: str
    status: int
    title: tuple[str, str]

    @property
    def advice(self) -> tuple[str, str]:
        return _ADVICE.get(self.status) or _ADVICE[500 if self.status >= 500 else 400]


def known_here() -> dict[str, ProblemType]:
    """Those that this process can raise, by slug."""
    return {kind.slug: ProblemType(kind.slug, kind.status, kind.title) for kind in _subclasses(Problem)}


def listed_by(document: Mapping[str, Any]) -> dict[str, ProblemType]:
    """Those in a service's document: `"x-problems": {slug: {"status": 409, "title": …, "title_en": …}}`."""
    return {
        slug: ProblemType(slug, int(entry["status"]), (str(entry["title"]), str(entry["title_en"])))
        for slug, entry in document.get("x-problems", {}).items()
    }


def _subclasses(kind: type[Problem]) -> Iterator[type[Problem]]:
    yield kind
    for below in kind.__subclasses__():
        yield from _subclasses(below)
