"""The start page, the merged API document, and the document as a page."""

from collections.abc import Sequence

from chassis.problems import ServiceUnavailable
from contracts import platform
from fastapi import APIRouter, Depends, Request, Response
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse

from . import pages
from .limited import limited_by_address
from .merged_document import MergedDocument

router = APIRouter(include_in_schema=False, dependencies=[Depends(limited_by_address)])

_START = pages.text("start.html")


def _docs_page() -> str:
    page = get_swagger_ui_html(
        openapi_url="/openapi.json?partial=true",
        title=f"接口文档 · {platform.NAME}",
        # Ours: a closed network has no CDN.
        swagger_js_url="/docs/static/swagger-ui-bundle.js",
        swagger_css_url="/docs/static/swagger-ui.css",
        swagger_favicon_url="/docs/static/favicon.png",
        swagger_ui_parameters={
            "docExpansion": "none",
            "defaultModelsExpandDepth": -1,
            "filter": True,
            "persistAuthorization": True,
            "validatorUrl": None,
        },
    )
    html = bytes(page.body).decode()
    return html.replace("<html>", '<html lang="zh-CN">', 1).replace(
        "<head>", '<head>\n<meta charset="utf-8">', 1
    )


_DOCS = _docs_page()


@router.api_route("/", methods=["GET", "HEAD"])
async def start() -> HTMLResponse:
    """What this is and where to go, for whoever opens the address."""
    return HTMLResponse(_START, headers=pages.HEADERS)


@router.api_route("/docs", methods=["GET", "HEAD"])
async def docs() -> HTMLResponse:
    return HTMLResponse(_DOCS, headers=pages.HEADERS)


@router.get("/openapi.json")
async def openapi(request: Request, partial: bool = False) -> Response:
    """The merged document, whole: a client made from less would lack what it is made for, and nobody would notice.

    While a service's part is missing, as right after the start, ServiceUnavailable. `partial` asks for what there is,
    as the page does; `x-unavailable` and the description say what it lacks.
    """
    merged: MergedDocument = request.app.state.merged_document
    body, tag, missing = await merged.rendered()
    if missing and not partial:
        raise _incomplete(missing)
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


def _incomplete(missing: Sequence[str]) -> ServiceUnavailable:
    names = ", ".join(missing)
    return ServiceUnavailable(
        f"接口文档暂不完整，尚缺：{names}。请稍后重试；加 ?partial=true 可先取现有部分。",
        f"The document still lacks {names}: try again soon, or take what there is with ?partial=true.",
        unavailable=list(missing),
    )
