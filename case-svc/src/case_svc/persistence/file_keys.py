"""Which files of the store rows name."""

from collections.abc import Sequence
from typing import Final

from chassis.db import UnitOfWork

NAMED: Final = "SELECT file_key FROM case_material WHERE file_key = ANY($1::text[])"


class FileKeys:
    async def named(self, uow: UnitOfWork, keys: Sequence[str]) -> set[str]:
        """Those of `keys` that a row names."""
        return {row["file_key"] for row in await uow.fetch(NAMED, list(keys))}
