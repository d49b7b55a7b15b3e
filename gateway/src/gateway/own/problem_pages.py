"""`/problems/{slug}`: where the `type` of a problem document leads a person who opens it."""

from html import escape
from string import Template
from typing import Annotated

from chassis.problems import rendering
from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException

from . import pages
from .limited import limited_by_address
from .merged_document import MergedDocument
from .problem_types import ProblemType, known_here

router = APIRouter(include_in_schema=False, dependencies=[Depends(limited_by_address)])

_PAGE = Template(pages.text("problem.html"))
_UNKNOWN = ProblemType("", 404, ("没有这种错误类型", "There is no such type of problem"))


@router.get("/problems/{slug}")
async def problem(slug: Annotated[str, Path(max_length=80)], request: Request) -> HTMLResponse:
    """Title and what to do, in both languages."""
    found = known_here().get(slug)
    if found is None:
        merged: MergedDocument = request.app.state.merged_document
        found = (await merged.problem_types()).get(slug)
    if found is None:
        return _page(_UNKNOWN, slug, 404)
    return _page(found, slug, 200)


_NOTHING_HERE = ProblemType("not-found", 404, ("没有这个页面", "There is no such page"))


async def on_http_exception(request: Request, error: Exception) -> Response:
    """People who mistyped an address get a page, programs a problem document."""
    missing = isinstance(error, HTTPException) and error.status_code == 404
    if missing and request.method in ("GET", "HEAD") and rendering.wants_page(request):
        return _page(_NOTHING_HERE, "not-found", 404)
    return await rendering.on_http_exception(request, error)


def _page(kind: ProblemType, slug: str, status: int) -> HTMLResponse:
    html = _PAGE.substitute(
        slug=escape(slug),
        status=kind.status if status == 200 else "",
        title=escape(kind.title[0]),
        title_en=escape(kind.title[1]),
        advice=escape(kind.advice[0]),
        advice_en=escape(kind.advice[1]),
    )
    return HTMLResponse(html, status, headers=pages.HEADERS)
