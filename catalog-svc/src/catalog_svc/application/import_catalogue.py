"""Takes items from the files: new and changed ones are published, ones that left the files are retired."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from chassis.clock import now
from chassis.db import UnitOfWork

from ..domain.content import ItemContent
from ..domain.item import Item, content_hash, publish, retire
from ..domain.publication import Publication, prepare, rendering_fingerprint
from ..domain.search_keys import SearchWords
from .ports import ItemStore

BY: Final = "import"


@dataclass(slots=True)
class ImportOutcome:
    """Codes by what became of them. `kept`: edited here since the last import, so the files do not win."""

    published: list[str] = field(default_factory=list)
    retired: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Plan:
    publications: list[Publication]
    items: list[Item]
    outcome: ImportOutcome


async def import_catalogue(
    uow: UnitOfWork,
    store: ItemStore,
    contents: Sequence[ItemContent],
    words: SearchWords,
    *,
    fingerprint: str,
    force: bool = False,
) -> ImportOutcome:
    """`contents` is the whole catalogue, linted. With `force` the files win over what was edited here."""
    await store.lock_catalogue(uow)
    present = await store.lock_items(uow)
    plan = _plan(present, contents, words, force=force)
    await store.add_items(uow, [item for item in plan.items if item.code not in present])
    replacements: dict[str, int | None] = {
        publication.content.code: publication.definition.version for publication in plan.publications
    }
    replacements |= dict.fromkeys(plan.outcome.retired)
    await store.retire_current(uow, replacements, now(), BY)
    await store.write_publications(uow, plan.publications, BY)
    await store.hide(uow, plan.outcome.retired)
    by_code = {publication.content.code: publication for publication in plan.publications}
    await store.save_items(uow, [_moved(uow, item, by_code.get(item.code)) for item in plan.items])
    await store.remember_applied(uow, "items", fingerprint)
    if len(plan.outcome.published) == len(contents):
        await store.remember_applied(uow, "rendering", rendering_fingerprint(words))
    return plan.outcome


def _plan(
    present: dict[str, Item], contents: Sequence[ItemContent], words: SearchWords, *, force: bool
) -> _Plan:
    """What to publish and what to retire. `items` are those that change, as they are before."""
    plan, moment = _Plan([], [], ImportOutcome()), now()
    for content in contents:
        item, digest = present.get(content.code) or Item(content.code), content_hash(content)
        if item.imported_hash == digest and not (force and item.edited_here):
            plan.outcome.unchanged.append(item.code)
        elif item.edited_here and not force:
            plan.outcome.kept.append(item.code)
        else:
            plan.outcome.published.append(item.code)
            plan.items.append(replace(item, imported_hash=digest))
            plan.publications.append(prepare(content, item.latest_version + 1, words, moment))
    left = present.keys() - {content.code for content in contents}
    for item in (present[code] for code in sorted(left)):
        if item.imported_hash is None or item.current_version is None:
            continue
        if item.edited_here and not force:
            plan.outcome.kept.append(item.code)
        else:
            plan.outcome.retired.append(item.code)
            plan.items.append(replace(item, imported_hash=None))
    return plan


def _moved(uow: UnitOfWork, item: Item, publication: Publication | None) -> Item:
    """`item` after its publication, or its retirement, with the events put out."""
    change = publish(item, publication) if publication else retire(item, now())
    for event, revision in change.events:
        uow.emit(event, version=revision)
    return replace(change.item, imported_version=change.item.current_version)
