"""Rows of uploaded files; their sealed content lies in the store."""

from collections.abc import Callable, Iterable
from typing import Any, Final
from uuid import UUID

from chassis.db import Statement, UnitOfWork
from chassis.sealing import Sealer

from ..application.records import Material
from .sealed import material_aad

COLUMNS: Final = (
    "id, case_id, key, file_key, file_name, mime, sha256, size, pages, width, height, uploaded_at"
)
# The case's own count, and not one of its files: where two uploads meet, the second looks at what the first left.
_INSERT: Final = Statement(
    f"""INSERT INTO case_material ({COLUMNS})
SELECT $1, id, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12 FROM $counted""",
    counted="""UPDATE cases SET version = version + 1, files = files + 1
  WHERE id = $2 AND state IN ('draft', 'supplement_requested') AND files < $13 RETURNING id""",
)
_DELETE: Final = """WITH gone AS (DELETE FROM case_material WHERE case_id = $1 AND id = $2 RETURNING file_key),
counted AS (UPDATE cases SET files = files - 1 WHERE id = $1 AND EXISTS (SELECT FROM gone))
SELECT file_key FROM gone"""
_FIND: Final = f"SELECT {COLUMNS} FROM case_material WHERE case_id = $1 AND id = $2"


def read_material(sealer: Sealer, row: Iterable[Any]) -> Material:
    """`row` has the values of `COLUMNS`."""
    values = list(row)
    values[4] = sealer.open(values[4], material_aad(values[0])).decode()
    return Material(*values)


class MaterialTable:
    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def add(
        self, uow: UnitOfWork, material: Material, *, limit: int, otherwise: Callable[[], Exception]
    ) -> None:
        """The commit fails with `otherwise` where the case is not editable or holds `limit` files."""
        sealed_name = self._sealer.seal(material.file_name.encode(), material_aad(material.id))
        uow.write(
            _INSERT, material.id, material.case_id, material.key, material.file_key, sealed_name,
            material.mime, material.sha256, material.size, material.pages, material.width, material.height,
            material.uploaded_at, limit, rows=1, otherwise=otherwise,
        )  # fmt: skip

    async def find(self, uow: UnitOfWork, case_id: UUID, material_id: UUID) -> Material | None:
        row = await uow.read_row(_FIND, case_id, material_id)
        return read_material(self._sealer, row) if row else None

    async def remove(self, uow: UnitOfWork, case_id: UUID, material_id: UUID) -> str | None:
        """The removed file's key in the store; None when there is no such material."""
        key: str | None = await uow.fetchval(_DELETE, case_id, material_id)
        return key
