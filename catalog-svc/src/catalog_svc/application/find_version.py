"""Items and versions, or the problem that says why not."""

from chassis.db import UnitOfWork

from ..domain.errors import ChangedMeanwhile, NoSuchItem, NoSuchVersion, WrongVersionState
from ..domain.item import Item, State, Version
from .ports import ItemStore

_STATES = {"draft": "草稿", "published": "已发布", "retired": "已停用"}


async def lock_item(uow: UnitOfWork, store: ItemStore, code: str) -> Item:
    item = await store.lock_item(uow, code)
    if item is None:
        raise no_such_item(code)
    return item


async def find_version(uow: UnitOfWork, store: ItemStore, code: str, version: int) -> Version:
    found = await store.version(uow, code, version)
    if found is None:
        raise NoSuchVersion(
            f"事项 {code} 没有第 {version} 版。",
            f"Item {code} has no version {version}.",
            code=code,
            version=version,
        )
    return found


def must_be(found: Version, state: State, revision: int) -> None:
    """Raises WrongVersionState, or ChangedMeanwhile when the editor's copy is no longer the latest."""
    if found.state != state:
        raise WrongVersionState(
            f"第 {found.version} 版的状态是“{_STATES[found.state]}”，此操作需要“{_STATES[state]}”。",
            f"Version {found.version} is {found.state}; this needs {state}.",
            state=found.state,
        )
    if found.revision != revision:
        raise changed_meanwhile(found.revision)


def changed_meanwhile(revision: int | None = None) -> ChangedMeanwhile:
    members = {} if revision is None else {"revision": revision}
    return ChangedMeanwhile(
        "内容已被他人修改，请重新读取后再操作。",
        "Somebody changed it meanwhile; read it again, then repeat what you did.",
        **members,
    )


def no_such_item(code: str) -> NoSuchItem:
    return NoSuchItem(
        f"没有事项 {code}，请核对编码。", f"There is no item {code}; check the code.", code=code
    )
