"""The menu of the other ways in."""

from dataclasses import dataclass

from .enter import Enter
from .link_phone import LinkPhone
from .manage_links import ManageLinks
from .ports import Links
from .travel import Travel


@dataclass(frozen=True, slots=True)
class WaysInDesk:
    enter: Enter
    link_phone: LinkPhone
    manage_links: ManageLinks
    links: Links
    travel: Travel
