"""Rows of uploaded files; their sealed content lies in the store."""

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from chassis.db import Statement, UnitOfWork
from chassis.sealing import Sealer

from ..application.records import Material
from ..domain.errors import TooManyMaterials
from .sealed import material_aad

COLUMNS: Final = (
    "id, case_id, key, file_key, file_name, mime, sha256, size, pages, width, height, uploaded_at"
)
_INSERT: Final = Statement(
    f"""INSERT INTO case_material ({COLUMNS})
SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12
WHERE (SELECT count(*) FROM case_material WHERE case_id = $2) < $13"""
)
_FIND: Final = f"SELECT {COLUMNS} FROM case_material WHERE case_id = $1 AND id = $2"


def read_material(sealer: Sealer, row: Iterable[Any]) -> Material:
    """`row` has the values of `COLUMNS`."""
    values = list(row)
    values[4] = sealer.open(values[4], material_aad(values[0])).decode()
    return Material(*values)


class MaterialTable:
    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def add(self, uow: UnitOfWork, material: Material, *, limit: int) -> None:
        """At the commit TooManyMaterials where the case holds `limit` files.

        The caller has locked the case, so that files once counted stay counted.
        """
        sealed_name = self._sealer.seal(material.file_name.encode(), material_aad(material.id))
        uow.write(
            _INSERT, material.id, material.case_id, material.key, material.file_key, sealed_name,
            material.mime, material.sha256, material.size, material.pages, material.width, material.height,
            material.uploaded_at, limit, rows=1, otherwise=lambda: TooManyMaterials(limit),
        )  # fmt: skip

    async def find(self, uow: UnitOfWork, case_id: UUID, material_id: UUID) -> Material | None:
        row = await uow.read_row(_FIND, case_id, material_id)
        return read_material(self._sealer, row) if row else None

    async def remove(self, uow: UnitOfWork, case_id: UUID, material_id: UUID) -> str | None:
        """The removed file's key in the store; None when there is no such material."""
        key: str | None = await uow.fetchval(
            "DELETE FROM case_material WHERE case_id = $1 AND id = $2 RETURNING file_key",
            case_id,
            material_id,
        )
        return key
