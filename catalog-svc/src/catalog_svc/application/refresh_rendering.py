"""Makes stored guides and search keys anew when a release makes them differently; definitions stay."""

from chassis.db import UnitOfWork
from contracts.catalog import ItemDefinition

from ..domain.content import ItemContent
from ..domain.publication import render, rendering_fingerprint
from ..domain.search_keys import SearchWords
from .ports import ItemStore


async def refresh_rendering(uow: UnitOfWork, store: ItemStore, words: SearchWords) -> int:
    """Returns how many items were rendered; 0 when this rendering was applied before."""
    fingerprint = rendering_fingerprint(words)
    if await store.was_applied(uow, "rendering", fingerprint):
        return 0
    await store.lock_catalogue(uow)
    await store.lock_items(uow)
    publications = [
        render(
            ItemContent.model_validate(one.content),
            ItemDefinition.model_validate(one.definition),
            words,
            one.published_at,
        )
        for one in await store.all_published(uow)
    ]
    await store.rewrite_guides(uow, publications)
    await store.show(uow, publications)
    await store.remember_applied(uow, "rendering", fingerprint)
    return len(publications)
