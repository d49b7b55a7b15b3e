"""The tree of problems. Plain exceptions: a domain may raise them without knowing HTTP."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class FieldError:
    """One wrong place in what was sent. `path` is a JSON Pointer into the body, or the parameter's name."""

    path: str
    zh: str
    en: str


class Problem(Exception):
    """An error a person can act on.

    Subclasses name `status`, `slug` (the stable last part of the problem's `type`) and `title`
    (zh, en). `members` are extra JSON members of the problem document; `errors` lists every wrong
    field at once; `headers` go out with the answer.
    """

    status: ClassVar[int] = 400
    slug: ClassVar[str] = "bad-request"
    title: ClassVar[tuple[str, str]] = ("请求有误", "Bad request")

    def __init__(
        self,
        zh: str,
        en: str,
        *,
        errors: Sequence[FieldError] = (),
        headers: dict[str, str] | None = None,
        **members: Any,
    ) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en
        self.errors = tuple(errors)
        self.headers = headers or {}
        self.members = members


class Unauthorized(Problem):
    status = 401
    slug = "unauthorized"
    title = ("请先登录", "Log in first")

    def __init__(self, zh: str, en: str, **members: Any) -> None:
        super().__init__(zh, en, headers={"WWW-Authenticate": "Bearer"}, **members)


class Forbidden(Problem):
    status = 403
    slug = "forbidden"
    title = ("没有权限", "Not allowed")


class Gone(Problem):
    """It was there, and will not be again."""

    status = 410
    slug = "gone"
    title = ("已不存在", "Gone")


class NotFound(Problem):
    status = 404
    slug = "not-found"
    title = ("没有找到", "Not found")


class Conflict(Problem):
    status = 409
    slug = "conflict"
    title = ("与当前状态冲突", "Conflicts with the current state")


class PreconditionFailed(Problem):
    status = 412
    slug = "precondition-failed"
    title = ("内容已被更新", "Changed in the meantime")


class PayloadTooLarge(Problem):
    status = 413
    slug = "payload-too-large"
    title = ("内容过大", "Too large")


class UnsupportedMediaType(Problem):
    status = 415
    slug = "unsupported-media-type"
    title = ("不支持的文件类型", "Unsupported type of content")


class InvalidInput(Problem):
    status = 422
    slug = "invalid-input"
    title = ("填写的内容有误", "Invalid input")


class TooManyRequests(Problem):
    """`retry_after` in seconds goes out as `Retry-After`."""

    status = 429
    slug = "too-many-requests"
    title = ("请求过于频繁", "Too many requests")

    def __init__(self, zh: str, en: str, *, retry_after: int = 1, **members: Any) -> None:
        super().__init__(zh, en, headers={"Retry-After": str(max(1, retry_after))}, **members)


class ServiceUnavailable(Problem):
    """Something we need is down; nothing was lost, and trying again is safe."""

    status = 503
    slug = "service-unavailable"
    title = ("服务暂时不可用", "Temporarily unavailable")

    def __init__(self, zh: str, en: str, *, retry_after: int = 5, **members: Any) -> None:
        super().__init__(zh, en, headers={"Retry-After": str(max(1, retry_after))}, **members)


def known_problems() -> set[type[Problem]]:
    """Problem and every class below it that has been imported."""
    found, rest = {Problem}, [Problem]
    while rest:
        below = set(rest.pop().__subclasses__()) - found
        found |= below
        rest.extend(below)
    return found
