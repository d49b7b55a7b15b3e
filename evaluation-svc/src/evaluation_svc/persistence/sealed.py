"""What is sealed here, for a change of keys."""

from typing import Final

from chassis.rotation import SealedColumn

SEALED: Final = (SealedColumn("review", "sealed_text", {"id": "uuid"}, lambda row: row["id"].bytes),)
