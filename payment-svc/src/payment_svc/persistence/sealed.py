"""What is sealed here, for a change of keys."""

from typing import Final
from uuid import UUID

from chassis.rotation import SealedColumn

SEALED: Final = (SealedColumn("notice", "sealed_body", {"id": "uuid"}, lambda row: notice_aad(row["id"])),)


def notice_aad(notice_id: UUID) -> bytes:
    """What binds a notice's body to its row."""
    return notice_id.bytes
