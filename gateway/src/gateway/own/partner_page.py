"""The page of partners' engineers: a document, a style and a script, which asks the API as they would."""

from typing import Final

from fastapi import APIRouter, Depends, Response
from fastapi.responses import HTMLResponse

from . import pages
from .limited import limited_by_address

router = APIRouter(prefix="/partner", include_in_schema=False, dependencies=[Depends(limited_by_address)])

_PAGE: Final = pages.text("partner.html")
_STYLE: Final = pages.raw("partner.css")
_SCRIPT: Final = pages.raw("partner.js")
_HEADERS: Final = {
    # Stricter than for our other pages: nothing inline, so that nothing a delivery says can ever run.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
    " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Content-Language": "zh-CN",
    "Cache-Control": "no-cache",
}


@router.api_route("", methods=["GET", "HEAD"])
async def page() -> HTMLResponse:
    return HTMLResponse(_PAGE, headers=_HEADERS)


@router.api_route("/page.css", methods=["GET", "HEAD"])
async def style() -> Response:
    return Response(_STYLE, media_type="text/css", headers={"Cache-Control": "no-cache"})


@router.api_route("/page.js", methods=["GET", "HEAD"])
async def script() -> Response:
    return Response(_SCRIPT, media_type="text/javascript", headers={"Cache-Control": "no-cache"})
