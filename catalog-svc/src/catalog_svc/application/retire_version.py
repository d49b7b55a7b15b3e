"""An item is no longer offered: its current version goes, none takes its place."""

from chassis.clock import now
from chassis.db import UnitOfWork

from ..domain.item import Version, retire
from .find_version import find_version, lock_item, must_be
from .ports import ItemStore


async def retire_version(
    uow: UnitOfWork, store: ItemStore, code: str, version: int, revision: int, by: str
) -> Version:
    item = await lock_item(uow, store, code)
    must_be(await find_version(uow, store, code, version), "published", revision)
    moment = now()
    change = retire(item, moment)
    await store.retire_current(uow, {code: None}, moment, by)
    await store.hide(uow, [code])
    await store.save_items(uow, [change.item])
    for event, number in change.events:
        uow.emit(event, version=number)
    uow.audit("item.retire", actor=by, subject=code, facts={"version": version})
    return await find_version(uow, store, code, version)
