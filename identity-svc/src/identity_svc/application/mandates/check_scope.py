"""That what a mandate is for exists, as far as this service knows: departments, and those that items begin with."""

from collections.abc import Sequence

from chassis.db import UnitOfWork
from chassis.problems import FieldError

from ...domain.mandates.errors import NotInTheCity
from ..ports import OrganisationStore

_ALL = 1000


class CheckScope:
    """Items are the catalogue's: of their codes, which are department and number, only the department is known here.

    A number that does not exist opens nothing, as no case can be of it.
    """

    def __init__(self, organisation: OrganisationStore) -> None:
        self._organisation = organisation

    async def __call__(self, uow: UnitOfWork, items: Sequence[str], departments: Sequence[str]) -> None:
        """Raises NotInTheCity with every wrong entry."""
        if not items and not departments:
            return
        known = {one.code for one in await self._organisation.departments(uow, "", _ALL)}
        errors = [
            FieldError(f"/departments/{at}", f"没有部门 {code}", f"there is no department {code}")
            for at, code in enumerate(departments)
            if code not in known
        ]
        errors += [
            FieldError(f"/items/{at}", f"没有事项 {code}：部门不存在", f"no item {code}: no such department")
            for at, code in enumerate(items)
            if code.rpartition("-")[0] not in known
        ]
        if errors:
            raise NotInTheCity(errors)
