"""Drafts: one open at a time for an item, seen by editors only."""

from dataclasses import replace
from typing import Any

from chassis.db import UnitOfWork

from ..domain.content import ItemContent
from ..domain.errors import DraftAlreadyOpen, ItemAlreadyExists
from ..domain.item import Item, Version
from .check_content import parse_sent
from .find_version import changed_meanwhile, find_version, lock_item, must_be
from .ports import ItemStore


async def add_item(uow: UnitOfWork, store: ItemStore, raw: dict[str, Any], by: str) -> Version:
    """A new item as a draft. Raises ItemAlreadyExists."""
    content = parse_sent(raw)
    await store.lock_catalogue(uow)
    if await store.lock_item(uow, content.code):
        raise ItemAlreadyExists(
            f"事项 {content.code} 已存在；修改它请新建草稿。",
            f"Item {content.code} exists; open a draft to change it.",
            code=content.code,
        )
    await store.add_items(uow, [Item(content.code, latest_version=1)])
    return await store.add_draft(uow, content, 1, by)


async def open_draft(
    uow: UnitOfWork, store: ItemStore, code: str, by: str, *, from_version: int | None = None
) -> Version:
    """A copy of the current version, or of `from_version`, to be edited. Raises DraftAlreadyOpen."""
    item = await lock_item(uow, store, code)
    versions = await store.versions(uow, code)
    for version in versions:
        if version.state == "draft":
            raise DraftAlreadyOpen(
                f"第 {version.version} 版草稿尚未发布，请先发布或者丢弃它。",
                f"Version {version.version} is a draft still; publish or discard it first.",
                version=version.version,
            )
    source = await find_version(uow, store, code, from_version or item.current_version or versions[0].version)
    number = item.latest_version + 1
    await store.save_items(uow, [replace(item, latest_version=number)])
    return await store.add_draft(uow, ItemContent.model_validate(source.content), number, by)


async def save_draft(
    uow: UnitOfWork, store: ItemStore, code: str, version: int, revision: int, raw: dict[str, Any], by: str
) -> Version:
    """The whole content, replaced. It may break rules for now, but its shape must be right."""
    content = parse_sent(raw, code=code)
    must_be(await find_version(uow, store, code, version), "draft", revision)
    if not await store.save_draft(uow, content, version, revision, by):
        raise changed_meanwhile()
    return await find_version(uow, store, code, version)


async def discard_draft(uow: UnitOfWork, store: ItemStore, code: str, version: int, revision: int) -> None:
    """Its number is not given out again."""
    must_be(await find_version(uow, store, code, version), "draft", revision)
    if not await store.delete_draft(uow, code, version, revision):
        raise changed_meanwhile()
