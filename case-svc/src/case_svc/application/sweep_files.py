"""Files that no row names: put into the store by an upload whose transaction never committed."""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol

import structlog
from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.jobs import Begin, Job

log = structlog.get_logger(__name__)

SWEEP_FILES: Final = "case.sweep_files"
FOLDERS: Final = 256
"""The store spreads uploads evenly over this many folders; a run looks at one, so that all are seen in a day."""
EVERY: Final = timedelta(days=1) / FOLDERS
GRACE: Final = timedelta(days=1)
"""No transaction takes this long: what is older and has no row will never have one."""
_FEW: Final = 5


class OldFiles(Protocol):
    def older(self, folder: str, than: datetime) -> AsyncIterator[list[str]]:
        """Pages of the keys in `folder` whose files were put before `than`."""
        ...

    async def delete(self, key: str) -> None: ...


class NamedFiles(Protocol):
    async def named(self, uow: UnitOfWork, keys: Sequence[str]) -> set[str]:
        """Those of `keys` that a row names."""
        ...


class StrangeStore(Exception):
    """Not one file of a folder has a row: another installation's store, more likely, than broken uploads alone."""

    def __init__(self, folder: str, orphans: int) -> None:
        super().__init__(
            f"none of the {orphans} files in {folder} has a row, and nothing was deleted: "
            "do FILES_URL and DATABASE_URL belong together?"
        )


class SweepFiles:
    """A recurring job; its payload's `folder` (0 to 255) is where this run looks."""

    def __init__(self, files: OldFiles, rows: NamedFiles, clock: Callable[[], datetime] = now) -> None:
        self._files = files
        self._rows = rows
        self._clock = clock

    async def __call__(self, job: Job, begin: Begin) -> None:
        """Raises StrangeStore; the job then stands among the stuck work until somebody has looked."""
        number = int(job.payload.get("folder", 0))
        folder = f"materials/{number:02x}"
        orphans = await self._orphans(folder, begin)
        for key in orphans:
            await self._files.delete(key)
        if orphans:
            log.info("orphaned_files_deleted", folder=folder, count=len(orphans))
        async with begin() as uow:
            await job.again(uow, self._clock() + EVERY, {"folder": (number + 1) % FOLDERS})

    async def _orphans(self, folder: str, begin: Begin) -> list[str]:
        orphans: list[str] = []
        named_count = 0
        async for keys in self._files.older(folder, self._clock() - GRACE):
            async with begin() as uow:
                named = await self._rows.named(uow, keys)
            named_count += len(named)
            orphans += [key for key in keys if key not in named]
        if not named_count and len(orphans) > _FEW:
            raise StrangeStore(folder, len(orphans))
        return orphans
