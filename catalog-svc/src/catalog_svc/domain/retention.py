"""Nothing here is of people who have accounts; said of every table, so that it stays so."""

from typing import Final

from chassis.people.fates import Fate, Fates

_ITEMS: Final = Fate(why="事项与版本，经办人是工作人员 · items and versions; who edited them is staff")
_ORGANISATION: Final = Fate(why="机构 · the organisation")
FATES: Final[Fates] = {
    "catalogue_import": _ITEMS,
    "item": _ITEMS,
    "item_version": _ITEMS,
    "published_item": _ITEMS,
    "org_branch": _ORGANISATION,
    "org_department": _ORGANISATION,
    "org_unit": _ORGANISATION,
    "org_window": _ORGANISATION,
    "service_point": _ORGANISATION,
}
