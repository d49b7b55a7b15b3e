"""Pages for people: rendered here, in Chinese or English, plain HTML that needs no script."""

import base64
import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import structlog
from chassis.http import Router
from chassis.http.route import TransactionalRoute
from chassis.problems import FieldError, Problem
from contracts import platform
from fastapi import Request, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ...domain.oidc.answers import with_query
from ...domain.oidc.errors import OAuthError, RequestRefused
from .browser import Here, here_of

log = structlog.get_logger(__name__)

_TEMPLATES = Path(__file__).parent / "templates"


class Pages:
    """Jinja templates, autoescaped; the style stands in the page, allowed by its hash."""

    def __init__(self, *, secure: bool) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(_TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        style = (_TEMPLATES / "style.css").read_text()
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        self._environment.globals["style"] = Markup(style)
        self._environment.globals["platform"] = (platform.NAME, platform.NAME_EN)
        self._headers = {
            "Content-Security-Policy": (
                f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; base-uri 'none'; "
                "frame-ancestors 'none'"
            ),
            "Cache-Control": "no-store",
            "X-Frame-Options": "DENY",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            **({"Strict-Transport-Security": "max-age=31536000"} if secure else {}),
        }

    def show(
        self,
        here: Here,
        template: str,
        *,
        status: int = 200,
        problem: Problem | None = None,
        path: str | None = None,
        **words: Any,
    ) -> Response:
        """`path`: the address that shows this page again by GET, where it is not the present one."""
        language = 1 if here.english else 0
        other = with_query(path or here.path, flow=here.flow_id, lang="zh" if here.english else "en")
        html = self._environment.get_template(f"{template}.html").render(
            t=lambda *texts: texts[language],
            lang="en" if here.english else "zh-CN",
            english=here.english,
            other_language=other,
            flow_id=here.flow_id,
            form_token=here.form_token,
            problem=problem,
            errors=_errors(problem),
            **words,
        )
        headers = self._headers | {"Content-Language": "en" if here.english else "zh-CN"}
        if problem is not None and "Retry-After" in problem.headers:
            headers["Retry-After"] = problem.headers["Retry-After"]
        return here.finish(Response(html, status, headers, "text/html; charset=utf-8"))

    def again(self, here: Here, template: str, problem: Problem, **words: Any) -> Response:
        """The form once more, with what was wrong; nothing that was written is kept."""
        if problem.status >= 500:
            raise problem
        status = 422 if problem.status == 401 else problem.status  # there is no HTTP authentication to offer
        return self.show(here, template, status=status, problem=problem, **words)


def pages(request: Request) -> Pages:
    found: Pages = request.app.state.pages
    return found


class Unforeseen(Problem):
    status = 500
    slug = "internal-error"
    title = ("系统内部错误", "Internal error")

    def __init__(self) -> None:
        super().__init__(
            "系统出错，未作任何更改；请稍后重试。",
            "Something failed on our side and nothing was changed; try again.",
        )


class PageRoute(TransactionalRoute):
    """Errors as a page."""

    def get_route_handler(self) -> Callable[[Request], Any]:
        handle = super().get_route_handler()

        async def answered(request: Request) -> Response:
            try:
                return await handle(request)
            except OAuthError as error:
                problem: Problem = RequestRefused(
                    "请求的参数有误。", f"The request is not valid: {error.description}."
                )
            except Problem as raised:
                problem = raised
            except Exception:
                log.exception("unforeseen_error", path=request.scope["path"])
                problem = Unforeseen()
            status = 400 if problem.status == 401 else problem.status
            here = await here_of(request)
            return pages(request).show(here, "problem", status=status, problem=problem, path="/login")

        return answered


class PageRouter(Router):
    """Not in the OpenAPI document: these are for people."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"include_in_schema": False} | options)
        self.route_class = PageRoute


def _errors(problem: Problem | None) -> Sequence[FieldError]:
    """Paths are JSON pointers; on a page they are the ids of fields."""
    return (
        [FieldError(error.path.strip("/"), error.zh, error.en) for error in problem.errors] if problem else []
    )
