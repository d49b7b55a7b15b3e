"""The menu of the other ways in."""

from dataclasses import dataclass

from ...domain.ways_in.places import Places
from .check_face import CheckFace
from .enter import Enter
from .link_phone import LinkPhone
from .log_in_by_qr import LogInByQr
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
    log_in_by_qr: LogInByQr
    check_face: CheckFace
    places: Places
    public_url: str
