"""A draft becomes the current version; the one before it is retired."""

from chassis.clock import now
from chassis.db import UnitOfWork

from ..domain.content import ItemContent
from ..domain.errors import NothingChanged, WrongVersionState
from ..domain.item import Item, Version, content_hash, publish
from ..domain.publication import prepare
from ..domain.search_keys import SearchWords
from .check_content import all_findings, breaks_rules
from .find_version import find_version, lock_item, must_be
from .ports import ItemStore, OrganisationStore


async def publish_version(
    uow: UnitOfWork,
    store: ItemStore,
    organisation: OrganisationStore,
    words: SearchWords,
    code: str,
    version: int,
    revision: int,
    by: str,
) -> Version:
    """Raises ItemBreaksRules with every broken rule, NothingChanged, or what `must_be` raises.

    The item's row is locked first, so that of two who publish at once the second sees what the first did.
    """
    item = await lock_item(uow, store, code)
    draft = await find_version(uow, store, code, version)
    must_be(draft, "draft", revision)
    if draft.version != item.latest_version:
        raise WrongVersionState(
            f"草稿建立后已发布第 {item.latest_version} 版，请丢弃草稿、重新编辑。",
            f"Version {item.latest_version} came out since this draft was opened; discard it and start anew.",
            state=draft.state,
        )
    content = ItemContent.model_validate(draft.content)
    if findings := await all_findings(uow, store, organisation, content):
        raise breaks_rules(findings)
    await _must_differ(uow, store, item, content)
    publication = prepare(content, version, words, now())
    if item.current_version is not None:
        await store.retire_current(uow, {code: version}, publication.published_at, by)
    await store.write_publications(uow, [publication], by)
    change = publish(item, publication)
    await store.save_items(uow, [change.item])
    for event, number in change.events:
        uow.emit(event, version=number)
    uow.audit("item.publish", actor=by, subject=code, facts={"version": version})
    return await find_version(uow, store, code, version)


async def _must_differ(uow: UnitOfWork, store: ItemStore, item: Item, content: ItemContent) -> None:
    if item.current_version is None:
        return
    current = await find_version(uow, store, item.code, item.current_version)
    if content_hash(ItemContent.model_validate(current.content)) == content_hash(content):
        raise NothingChanged(
            f"草稿与第 {item.current_version} 版内容相同，无需发布。",
            f"The draft says the same as version {item.current_version}; there is nothing to publish.",
        )
