"""The gateway's own refusals. What a service refuses passes through as the service said it."""

import math
from collections.abc import Iterable

from chassis.problems import Problem, ServiceUnavailable


class BadRequest(Problem):
    status = 400
    slug = "bad-request"
    title = ("请求有误", "Bad request")


class BadPath(Problem):
    status = 400
    slug = "bad-path"
    title = ("地址有误", "Bad address")


class MethodNotAllowed(Problem):
    status = 405
    slug = "method-not-allowed"
    title = ("不支持的操作", "Method not allowed")


class RequestTooSlow(Problem):
    status = 408
    slug = "request-too-slow"
    title = ("请求未及时发完", "The request did not arrive in time")


class HeadersTooLarge(Problem):
    status = 431
    slug = "headers-too-large"
    title = ("请求头过大", "Headers too large")


class InternalError(Problem):
    status = 500
    slug = "internal-error"
    title = ("系统内部错误", "Internal error")


class UpstreamSlow(Problem):
    status = 504
    slug = "service-too-slow"
    title = ("服务未及时响应", "No answer in time")


def method_not_allowed(allowed: Iterable[str]) -> MethodNotAllowed:
    return MethodNotAllowed(
        "不支持这种请求方法，允许的见 Allow 头。",
        "This method is not supported; see the Allow header.",
        headers={"Allow": ", ".join(allowed)},
    )


def down() -> ServiceUnavailable:
    return ServiceUnavailable(
        "该服务暂时不可用，请稍后重试；未收到确认的操作请用同一 Idempotency-Key 重试。",
        "This service cannot be reached just now; try again shortly, writes with the same Idempotency-Key.",
        retry_after=3,
    )


def resting(seconds: float) -> ServiceUnavailable:
    return ServiceUnavailable(
        "该服务暂时不可用，请求未转交；请在 Retry-After 给出的秒数后重试。",
        "This service cannot be reached just now and nothing was passed on; try again after Retry-After seconds.",
        retry_after=math.ceil(seconds),
    )


def slow() -> UpstreamSlow:
    return UpstreamSlow(
        "服务未及时响应，结果未知；请用同一 Idempotency-Key 重试。",
        "The service did not answer in time, the outcome is not known; retry with the same Idempotency-Key.",
        headers={"Retry-After": "3"},
    )


def stopping() -> ServiceUnavailable:
    return ServiceUnavailable(
        "系统正在重启，结果未知；请稍后用同一 Idempotency-Key 重试。",
        "We are restarting and the outcome is not known; retry shortly with the same Idempotency-Key.",
        retry_after=5,
    )


def unforeseen() -> InternalError:
    return InternalError(
        "系统出错；请稍后重试，并向我们提供 request_id。",
        "Something failed on our side; try again, and tell us the request_id.",
    )
