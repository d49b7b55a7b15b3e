"""What is sealed here, for a change of keys: columns, uploaded files, rendered documents."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from chassis.db import UnitOfWork
from chassis.jobs import Begin
from chassis.rotation import Progress, SealedColumn, Step, Target
from chassis.sealing import SealBroken, Sealer

from ..application.attach_material import file_aad
from ..documents.desk import document_aad
from ..documents.issuing import reason_aad as revocation_aad
from ..materials.errors import FileMissing
from ..materials.store import MaterialStore
from .break_glass import reason_aad
from .sealed import answers_aad, applicant_aad, history_aad, material_aad

_COLUMNS: Final = (
    SealedColumn("case_form", "answers", {"case_id": "uuid"}, lambda row: answers_aad(row["case_id"])),
    SealedColumn("case_form", "applicant", {"case_id": "uuid"}, lambda row: applicant_aad(row["case_id"])),
    SealedColumn("case_material", "file_name", {"id": "uuid"}, lambda row: material_aad(row["id"])),
    SealedColumn(
        "case_history",
        "texts",
        {"case_id": "uuid", "id": "bigint"},
        lambda row: history_aad(row["case_id"], row["version"]),
        also=("version",),
    ),
    SealedColumn("document", "revocation_sealed", {"id": "uuid"}, lambda row: revocation_aad(row["id"])),
    SealedColumn("break_glass", "reason", {"id": "uuid"}, lambda row: reason_aad(row["id"])),
)
_FILES_A_STEP: Final = 50


def targets(store: MaterialStore) -> tuple[Target, ...]:
    return (*_COLUMNS, _Materials(store), _Documents(store))


class _Files(ABC):
    """Files that rows name. They are changed between transactions: reading and sealing megabytes locks nothing."""

    name: str
    table: str

    def __init__(self, store: MaterialStore) -> None:
        self._store = store
        self._progress = Progress()

    def goal(self, sealer: Sealer) -> str | None:
        return sealer.active_key_id

    async def step(self, begin: Begin, sealer: Sealer, after: list[Any] | None) -> Step:
        async with begin() as uow:
            rows = await self._page(uow, after[0] if after else None)
        changed, broken = 0, []
        for row in rows:
            try:
                changed += await self._reseal(row)
            except SealBroken as error:
                broken.append(f"{self.name} {row['id']}: {error}")
        step = Step([str(rows[-1]["id"])] if len(rows) == _FILES_A_STEP else None, changed, tuple(broken))
        async with begin() as uow:
            await self._progress.note(uow, self.name, sealer.active_key_id, step)
        return step

    async def left(self, uow: UnitOfWork, sealer: Sealer) -> Mapping[str, int]:
        """Looks at the first bytes of every file there is."""
        counts: Counter[str] = Counter()
        rows = await self._page(uow, None)
        while rows:
            for row in rows:
                for key in self._keys(row):
                    if (key_id := await self._store.key_id(key)) is not None:
                        counts[key_id] += 1
            rows = await self._page(uow, rows[-1]["id"]) if len(rows) == _FILES_A_STEP else []
        return counts

    async def _page(self, uow: UnitOfWork, after: UUID | str | None) -> Sequence[Any]:
        return await uow.read(
            f"SELECT * FROM {self.table} WHERE ($2::uuid IS NULL OR id > $2::uuid) ORDER BY id LIMIT $1",
            _FILES_A_STEP,
            UUID(str(after)) if after else None,
        )

    @abstractmethod
    def _keys(self, row: Any) -> Sequence[str]:
        """Where the row's files may lie in the store."""

    @abstractmethod
    async def _reseal(self, row: Any) -> int:
        """How many of the row's files were changed. Raises SealBroken."""


class _Materials(_Files):
    name = "files of materials"
    table = "case_material"

    def _keys(self, row: Any) -> Sequence[str]:
        return [row["file_key"]]

    async def _reseal(self, row: Any) -> int:
        return int(await self._store.reseal(row["file_key"], file_aad(row["case_id"], row["id"])))


class _Documents(_Files):
    """Their keys in the store come from the lookup key: with another one, they move."""

    name = "files of documents"
    table = "document"

    def _keys(self, row: Any) -> Sequence[str]:
        return self._store.keys_for("documents", str(row["id"]))

    async def _reseal(self, row: Any) -> int:
        place, *earlier = self._keys(row)
        aad, moved = document_aad(row["id"]), 0
        for key in earlier:
            try:
                await self._store.put(place, await self._store.get(key, aad), aad)
            except FileMissing:
                continue
            await self._store.delete(key)
            moved += 1
        return moved + int(await self._store.reseal(place, aad))
