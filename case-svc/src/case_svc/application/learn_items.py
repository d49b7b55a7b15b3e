"""The catalogue's published versions, as our own copy."""

from chassis.db import UnitOfWork
from contracts.catalog import ItemPublished, ItemRetired

from ..domain.errors import ItemUnknown
from .desk import Desk


async def learn_version(desk: Desk, uow: UnitOfWork, published: ItemPublished) -> None:
    await desk.items.store(uow, published.definition, published.published_at)


async def forget_version(desk: Desk, uow: UnitOfWork, retired: ItemRetired) -> None:
    """Drafts stay pinned to it, and are told at submission. An unknown one is parked, not passed over."""
    known = await desk.items.retire(
        uow, retired.item_code, retired.item_version, retired.retired_at, retired.replaced_by
    )
    if not known:
        raise ItemUnknown(retired.item_code)
