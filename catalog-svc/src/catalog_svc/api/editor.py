"""What catalogue editors do: draft, compare, publish, retire."""

from typing import Annotated

from chassis.http import Router, Uow
from chassis.paging import Page, decode_cursor, encode_cursor
from fastapi import Query, Response

from ..application.edit_draft import add_item, discard_draft, open_draft, save_draft
from ..application.find_version import find_version
from ..application.publish_version import publish_version
from ..application.read_versions import compare_versions, list_versions, look_at_version
from ..application.retire_version import retire_version
from ..domain.item import Version
from .dependencies import LARGEST_VERSION, Code, Editor, Items, Organisation, VersionNumber, Words
from .editor_views import (
    AtRevision,
    NewItem,
    OpenDraft,
    SaveDraft,
    VersionDifferences,
    VersionSummary,
    VersionView,
)

router = Router(prefix="/api/catalog", tags=["catalogue editing"])
_VERSION = "/items/{code}/versions/{version}"


@router.get("/drafts", summary="未发布的草稿 · Open drafts")
async def drafts(
    uow: Uow,
    items: Items,
    editor: Editor,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Page[VersionSummary]:
    after = decode_cursor(cursor or None, str)
    found = await items.drafts(uow, after[0] if after else None, limit + 1)
    following = encode_cursor(found[limit - 1].code) if len(found) > limit else None
    return Page(items=[VersionSummary.of(version) for version in found[:limit]], next=following)


@router.post("/items", status_code=201, summary="新增事项（草稿） · A new item, as a draft")
async def create_item(
    body: NewItem, uow: Uow, items: Items, organisation: Organisation, editor: Editor
) -> VersionView:
    return await _view(uow, items, organisation, await add_item(uow, items, body.content, editor.subject))


@router.get("/items/{code}/versions", summary="事项的所有版本 · All versions, newest first")
async def versions(code: Code, uow: Uow, items: Items, editor: Editor) -> list[VersionSummary]:
    return [VersionSummary.of(version) for version in await list_versions(uow, items, code)]


@router.post("/items/{code}/versions", status_code=201, summary="新建草稿 · Open a draft")
async def create_draft(
    code: Code, body: OpenDraft, uow: Uow, items: Items, organisation: Organisation, editor: Editor
) -> VersionView:
    draft = await open_draft(uow, items, code, editor.subject, from_version=body.from_version)
    return await _view(uow, items, organisation, draft)


@router.get(_VERSION, summary="版本内容及待改正处 · A version, and what it still breaks")
async def version(
    code: Code, version: VersionNumber, uow: Uow, items: Items, organisation: Organisation, editor: Editor
) -> VersionView:
    return await _view(uow, items, organisation, await find_version(uow, items, code, version))


@router.put(_VERSION, summary="保存草稿 · Save a draft")
async def save(
    code: Code,
    version: VersionNumber,
    body: SaveDraft,
    uow: Uow,
    items: Items,
    organisation: Organisation,
    editor: Editor,
) -> VersionView:
    """The whole content. 409 when somebody saved it since `revision`."""
    saved = await save_draft(uow, items, code, version, body.revision, body.content, editor.subject)
    return await _view(uow, items, organisation, saved)


@router.delete(_VERSION, status_code=204, summary="丢弃草稿 · Discard a draft")
async def discard(
    code: Code,
    version: VersionNumber,
    uow: Uow,
    items: Items,
    editor: Editor,
    revision: Annotated[int, Query(ge=1, le=LARGEST_VERSION)],
) -> Response:
    await discard_draft(uow, items, code, version, revision)
    return Response(status_code=204)


@router.get(_VERSION + "/diff", summary="与另一版本的差异 · What changes against another version")
async def diff(
    code: Code,
    version: VersionNumber,
    uow: Uow,
    items: Items,
    editor: Editor,
    against: Annotated[int | None, Query(ge=1, le=LARGEST_VERSION)] = None,
) -> VersionDifferences:
    """Against the published version, unless `against` names one."""
    return VersionDifferences.of(*await compare_versions(uow, items, code, version, against))


@router.post(_VERSION + "/publish", summary="发布 · Publish")
async def publish(
    code: Code,
    version: VersionNumber,
    body: AtRevision,
    uow: Uow,
    items: Items,
    organisation: Organisation,
    words: Words,
    editor: Editor,
) -> VersionSummary:
    """The version before it is retired; cases that were submitted go on with theirs."""
    published = await publish_version(
        uow, items, organisation, words, code, version, body.revision, editor.subject
    )
    return VersionSummary.of(published)


@router.post(_VERSION + "/retire", summary="停用 · Retire")
async def retire(
    code: Code, version: VersionNumber, body: AtRevision, uow: Uow, items: Items, editor: Editor
) -> VersionSummary:
    """The item is no longer offered, until a draft of it is published."""
    return VersionSummary.of(await retire_version(uow, items, code, version, body.revision, editor.subject))


async def _view(uow: Uow, items: Items, organisation: Organisation, found: Version) -> VersionView:
    return VersionView.with_findings(found, await look_at_version(uow, items, organisation, found))
