"""What everybody may read, without a token."""

from typing import Annotated, Any

import orjson
from chassis.http import Router, Uow
from fastapi import Header, Query, Response

from ..application.count_items import count_items
from ..application.find_items import find_items
from ..application.ports import Filters
from ..application.read_guide import read_guide, read_places
from .dependencies import LARGEST_VERSION, Code, Reader
from .guide_views import BranchView, CatalogueStats, DepartmentView, ItemGuide, ItemPage, ItemPlaces

router = Router(prefix="/api/catalog", tags=["catalogue"])

_CACHE = "public, max-age=60"
_NOT_MODIFIED: dict[int | str, dict[str, Any]] = {304: {"description": "内容未变 · not modified"}}


@router.get("/items", summary="事项列表与搜索 · Items, listed or searched", response_model=ItemPage)
async def list_items(
    uow: Uow,
    reader: Reader,
    q: Annotated[
        str | None,
        Query(
            description="中文、拼音、首字母或英文 · Chinese, pinyin, initials or English", examples=["sfz"]
        ),
    ] = None,
    department: Annotated[str | None, Query(description="部门编码，见 /departments")] = None,
    online_class: Annotated[str | None, Query(description="full_online、one_visit、query_booking")] = None,
    applicant: Annotated[
        str | None,
        Query(description="person、enterprise（均含 both 的事项 · items for both are in either）、both"),
    ] = None,
    kind: Annotated[str | None, Query(description="事项类型，如 行政许可")] = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Response:
    """By code, or with `q` by relevance: exact, prefix, inside; close ones where nothing matches."""
    # An empty parameter is an empty box of somebody's search form, not a value.
    filters = Filters(department or None, online_class or None, applicant or None, kind or None)
    page = await find_items(uow, reader, q, filters, cursor or None, limit)
    more = orjson.dumps({"next": page.next, "similar": page.similar})
    return _cached(b'{"items":[' + ",".join(page.summaries).encode() + b"]," + more[1:])


@router.get(
    "/items/{code}",
    summary="办事指南 · The guide of an item",
    response_model=ItemGuide,
    responses=_NOT_MODIFIED,
)
async def guide(
    code: Code,
    uow: Uow,
    reader: Reader,
    version: Annotated[int | None, Query(ge=1, le=LARGEST_VERSION)] = None,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """Everything a citizen needs: conditions, materials, form, fee, limits, steps, remedy, where to go."""
    found = await read_guide(uow, reader, code, version, _etags(if_none_match))
    headers = {"ETag": f'"{found.etag}"', "Cache-Control": _CACHE}
    if found.body is None:
        return Response(status_code=304, headers=headers)
    return Response(found.body, headers=headers, media_type="application/json")


@router.get("/items/{code}/windows", summary="受理单位与窗口 · Units and windows", response_model=ItemPlaces)
async def windows(
    code: Code, uow: Uow, reader: Reader, branch: Annotated[str | None, Query(examples=["BL"])] = None
) -> Response:
    """Which units and windows serve the item, with their opening hours; of one branch, or of all."""
    return _cached(orjson.dumps(await read_places(uow, reader, code, branch or None)))


@router.get("/stats", summary="事项统计 · Counts by class and department", response_model=CatalogueStats)
async def stats(uow: Uow, reader: Reader) -> Response:
    return _cached(orjson.dumps(await count_items(uow, reader)))


@router.get("/departments", summary="部门 · Departments", response_model=list[DepartmentView])
async def departments(uow: Uow, reader: Reader) -> Response:
    return _cached(orjson.dumps(await reader.departments(uow)))


@router.get("/branches", summary="分（县）局 · Branches", response_model=list[BranchView])
async def branches(uow: Uow, reader: Reader) -> Response:
    return _cached(orjson.dumps(await reader.branches(uow)))


def _cached(body: bytes) -> Response:
    return Response(body, headers={"Cache-Control": _CACHE}, media_type="application/json")


def _etags(header: str | None) -> list[str]:
    """The entity tags of an `If-None-Match`, weak or strong: comparing for a GET is weak."""
    if not header:
        return []
    return [tag.strip().removeprefix("W/").strip('"') for tag in header[:2000].split(",")[:20]]
