"""Problems as `application/problem+json` documents, in the reader's language."""

from typing import Any

import orjson
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from ..telemetry.context import request_id
from .errors import FieldError, InvalidInput, Problem

MEDIA_TYPE = "application/problem+json"
TYPE_BASE = "/problems/"

_PLAIN: dict[int, tuple[str, tuple[str, str], tuple[str, str]]] = {
    400: ("bad-request", ("请求有误", "Bad request"), ("请求无法读取。", "The request could not be read.")),
    401: ("unauthorized", ("请先登录", "Log in first"), ("请先登录。", "Log in first.")),
    403: ("forbidden", ("没有权限", "Not allowed"), ("您没有权限。", "You may not do this.")),
    404: (
        "not-found",
        ("没有找到", "Not found"),
        ("这个地址没有内容，请核对链接。", "There is nothing at this address; check the link."),
    ),
    413: (
        "payload-too-large",
        ("内容过大", "Too large"),
        (
            "发送的内容超过了上限，请缩小后再试。",
            "What was sent is larger than this address takes; make it smaller.",
        ),
    ),
    405: (
        "method-not-allowed",
        ("不支持的操作", "Method not allowed"),
        (
            "这个地址不支持该操作，允许的见 Allow 头。",
            "This address does not take that method; see the Allow header.",
        ),
    ),
}


def prefers_english(accept_language: str | None) -> bool:
    """Whether English comes before Chinese in an `Accept-Language` header. Chinese is the default."""
    if not accept_language:
        return False
    best: dict[str, float] = {}
    for part in accept_language.split(",")[:20]:
        tag, _, parameters = part.strip().partition(";")
        language = tag.split("-")[0].lower()
        try:
            quality = float(parameters.partition("=")[2]) if "q=" in parameters else 1.0
        except ValueError:
            quality = 0.0
        best[language] = max(best.get(language, 0.0), quality)
    return best.get("en", 0.0) > best.get("zh", 0.0)


def document(
    status: int,
    slug: str,
    title: tuple[str, str],
    detail: tuple[str, str],
    *,
    english: bool,
    errors: tuple[FieldError, ...] = (),
    members: dict[str, Any] | None = None,
) -> bytes:
    """The bytes of one problem document (RFC 9457)."""
    language = 1 if english else 0
    body: dict[str, Any] = {
        "type": TYPE_BASE + slug,
        "title": title[language],
        "status": status,
        "detail": detail[language],
        "request_id": request_id(),
    }
    if errors:
        body["errors"] = [
            {"path": error.path, "message": error.en if english else error.zh} for error in errors
        ]
    for name, value in (members or {}).items():
        body.setdefault(name, value)
    return orjson.dumps(body, default=str)


def render(problem: Problem, *, english: bool) -> Response:
    """`problem` as a response."""
    body = document(
        problem.status,
        problem.slug,
        problem.title,
        (problem.zh, problem.en),
        english=english,
        errors=problem.errors,
        members=problem.members,
    )
    headers = {
        **problem.headers,
        "Content-Language": "en" if english else "zh-CN",
        "Cache-Control": "no-store",
    }
    return Response(body, problem.status, headers, MEDIA_TYPE)


async def on_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return render(error, english=prefers_english(request.headers.get("accept-language")))


async def on_invalid_request(request: Request, error: Exception) -> Response:
    """Wrong bodies and parameters: every wrong place at once, never an echo of what was sent."""
    assert isinstance(error, RequestValidationError)
    fields = tuple(_field_error(item) for item in error.errors()[:50])
    problem = InvalidInput(
        "填写的内容有误，请按 errors 中的提示逐项修改。",
        "Some of what was sent is wrong; correct what `errors` lists.",
        errors=fields,
    )
    return render(problem, english=prefers_english(request.headers.get("accept-language")))


def wants_page(request: Request) -> bool:
    """Whether a browser asks, for a person to read the answer; programs do not name HTML by themselves."""
    return "text/html" in request.headers.get("accept", "")


async def on_http_exception(request: Request, error: Exception) -> Response:
    """What has no route, or takes no such method.

    A service with pages for people has a `state.stray_page(request, status)`: what browsers are answered, or None.
    """
    assert isinstance(error, HTTPException)
    show = getattr(request.app.state, "stray_page", None)
    if show is not None and wants_page(request):
        page: Response | None = await show(request, error.status_code)
        if page is not None:
            page.headers.update(error.headers or {})
            return page
    english = prefers_english(request.headers.get("accept-language"))
    slug, title, detail = _PLAIN.get(error.status_code, _PLAIN[400])
    body = document(error.status_code, slug, title, detail, english=english)
    return Response(body, error.status_code, dict(error.headers or {}), MEDIA_TYPE)


_INTEGER = "应为整数"
_NUMBER = "应为数字"
_DATE = "应为日期，如 2026-01-31"
_MOMENT = "应为带时区的时间，如 2026-01-31T08:00:00Z"
_OBJECT = "应为对象"
_CHINESE: dict[str, str] = {
    "missing": "必填",
    "json_invalid": "不是有效的 JSON",
    "extra_forbidden": "不认识的字段",
    "string_type": "应为文字",
    "string_too_long": "最多 {max_length} 个字符",
    "string_too_short": "至少 {min_length} 个字符",
    "string_pattern_mismatch": "格式不对",
    "too_long": "最多 {max_length} 项",
    "too_short": "至少 {min_length} 项",
    "uuid_type": "不是有效的编号",
    "uuid_parsing": "不是有效的编号",
    "enum": "可选值：{expected}",
    "literal_error": "可选值：{expected}",
    "greater_than": "须大于 {gt}",
    "greater_than_equal": "不得小于 {ge}",
    "less_than": "须小于 {lt}",
    "less_than_equal": "不得大于 {le}",
    "bool_type": "应为 true 或 false",
    "bool_parsing": "应为 true 或 false",
    "list_type": "应为数组",
    "tuple_type": "应为数组",
    "dict_type": _OBJECT,
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "timezone_aware": _MOMENT,
} | {
    kind: text
    for text, kinds in (
        (_INTEGER, ("int_type", "int_parsing", "int_from_float", "int_parsing_size")),
        (_NUMBER, ("float_type", "float_parsing", "decimal_type", "decimal_parsing", "finite_number")),
        (_DATE, ("date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact")),
        (
            _MOMENT,
            ("datetime_type", "datetime_parsing", "datetime_from_date_parsing", "datetime_object_invalid"),
        ),
    )
    for kind in kinds
}
"""Pydantic's kind of error → our words, filled in from its context; the English ones are its own."""

_BOTH = " · "
"""Between the two languages of what validators of ours say: `日期应为 YYYY-MM-DD · a date is YYYY-MM-DD`."""


def _field_error(item: dict[str, Any]) -> FieldError:
    place = [str(part) for part in item["loc"]]
    if item["type"] == "json_invalid":
        place = ["body"]  # its second part is a byte's position, not a member
    path = (
        "".join(f"/{part}" for part in place[1:]) if place[:1] == ["body"] else ".".join(place[1:] or place)
    )
    chinese, both, english = str(item["msg"]).removeprefix("Value error, ").partition(_BOTH)
    if both and item["type"] not in _CHINESE:
        return FieldError(path, chinese[:200], english[:200])
    return FieldError(path, _in_chinese(item), str(item["msg"])[:200])


def _in_chinese(item: dict[str, Any]) -> str:
    context = dict(item.get("ctx") or {})
    if "expected" in context:  # 'a', 'b' or 'c'
        context["expected"] = (
            str(context["expected"]).replace(" or ", "、").replace(", ", "、").replace("'", "")
        )
    return _CHINESE.get(item["type"], "内容或类型不对").format_map(context)[:200]
