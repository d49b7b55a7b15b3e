"""Versions as editors look at them."""

from chassis.db import UnitOfWork

from ..domain.content import ItemContent
from ..domain.differences import Difference, differences
from ..domain.finding import Finding
from ..domain.item import Version
from .check_content import all_findings
from .find_version import find_version, no_such_item
from .ports import ItemStore, OrganisationStore


async def list_versions(uow: UnitOfWork, store: ItemStore, code: str) -> list[Version]:
    """Newest first. Raises NoSuchItem."""
    versions = await store.versions(uow, code)
    if not versions:
        raise no_such_item(code)
    return versions


async def look_at_version(
    uow: UnitOfWork, store: ItemStore, organisation: OrganisationStore, found: Version
) -> list[Finding]:
    """What a draft still breaks; nothing for versions that are out."""
    if found.state != "draft":
        return []
    return await all_findings(uow, store, organisation, ItemContent.model_validate(found.content))


async def compare_versions(
    uow: UnitOfWork, store: ItemStore, code: str, version: int, against: int | None
) -> tuple[Version, int, list[Difference]]:
    """What changes from `against` to `version`. Without `against`: the published one, else the one before."""
    found = await find_version(uow, store, code, version)
    if against is None:
        against = _base(await store.versions(uow, code), version)
    base = await find_version(uow, store, code, against)
    before, after = (ItemContent.model_validate(one.content) for one in (base, found))
    return found, against, differences(before, after)


def _base(versions: list[Version], version: int) -> int:
    others = [one for one in versions if one.version != version]
    published = [one.version for one in others if one.state == "published"]
    earlier = [one.version for one in others if one.version < version]
    return (published or earlier or [version])[0]
