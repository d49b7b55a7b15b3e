"""The gateway's own refusals, as problems."""

from chassis.problems import Problem
from chassis.problems.rendering import document, prefers_english
from starlette.types import Scope, Send

from .headers import SECURITY


class NoSuchPath(Problem):
    status = 404
    slug = "not-found"
    title = ("没有找到", "Not found")


class BadPath(Problem):
    status = 400
    slug = "bad-path"
    title = ("地址有误", "Bad address")


class UpstreamDown(Problem):
    status = 503
    slug = "service-unavailable"
    title = ("服务暂时不可用", "Temporarily unavailable")


class UpstreamSlow(Problem):
    status = 504
    slug = "service-too-slow"
    title = ("服务未及时响应", "No answer in time")


async def send_problem(scope: Scope, send: Send, problem: Problem, request_id: bytes) -> int:
    """Answers with `problem`; returns its status."""
    language = next((value for name, value in scope["headers"] if name == b"accept-language"), b"")
    english = prefers_english(language.decode("latin-1"))
    body = document(
        problem.status, problem.slug, problem.title, (problem.zh, problem.en),
        english=english, errors=problem.errors, members=problem.members,
    )  # fmt: skip
    headers = [
        (b"content-type", b"application/problem+json"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-request-id", request_id),
        *SECURITY,
        *((name.lower().encode(), value.encode()) for name, value in problem.headers.items()),
    ]
    await send({"type": "http.response.start", "status": problem.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
    return problem.status
