"""Files of a case: taken by what they contain, kept sealed."""

from uuid import UUID

from chassis.db import UnitOfWork
from chassis.ids import uuid7

from ..domain import limits
from ..domain.case import Case
from ..domain.errors import (
    CaseChangedMeanwhile,
    CaseNotFound,
    MaterialKeyUnknown,
    MaterialNotFound,
    NotEditable,
    TooManyMaterials,
)
from ..domain.people import Applicant
from ..domain.states import EDITABLE
from ..materials.checks import CheckedFile
from .delete_draft import DELETE_FILE
from .desk import Desk, within_mandate
from .note_hand import note_hand
from .records import Material
from .refused import Refused


async def attach_material(
    desk: Desk, uow: UnitOfWork, applicant: Applicant, case_id: UUID, key: str, name: str, file: CheckedFile
) -> Material:
    """`file` has been checked. Raises MaterialKeyUnknown, TooManyMaterials, NotEditable, CaseNotFound."""
    case = await _with_room(desk, uow, applicant, case_id)
    item = await desk.item_of(uow, case)
    if key not in desk.items.form(item).file_fields and all(
        material.key != key for material in item.definition.materials
    ):
        raise MaterialKeyUnknown(key)
    material_id, file_key = uuid7(), desk.files.new_key("materials")
    stored = await desk.files.put(file_key, file.content, file_aad(case_id, material_id))
    material = Material(
        id=material_id,
        case_id=case_id,
        key=key,
        file_key=file_key,
        file_name=name,
        mime=file.mime,
        sha256=stored.sha256,
        size=stored.size,
        pages=file.pages,
        width=file.width,
        height=file.height,
        uploaded_at=desk.clock(),
    )

    async def why(later: UnitOfWork) -> Exception:
        return CaseChangedMeanwhile((await _with_room(desk, later, applicant, case_id)).state)

    desk.materials.add(uow, material, limit=limits.MATERIALS_PER_CASE, otherwise=lambda: Refused(why))
    note_hand(desk, uow, applicant, case_id, "materials")
    return material


async def detach_material(
    desk: Desk, uow: UnitOfWork, applicant: Applicant, case_id: UUID, material_id: UUID
) -> None:
    _editable(await desk.cases.lock_for_change(uow, case_id), applicant)
    file_key = await desk.materials.remove(uow, case_id, material_id)
    if file_key is None:
        raise MaterialNotFound
    note_hand(desk, uow, applicant, case_id, "materials")
    uow.enqueue(DELETE_FILE, file_key)


def file_aad(case_id: UUID, material_id: UUID) -> bytes:
    return b"case.file:" + case_id.bytes + material_id.bytes


async def _with_room(desk: Desk, uow: UnitOfWork, applicant: Applicant, case_id: UUID) -> Case:
    """The applicant's case, where one more file may come. Nobody waits for it while the file is being stored."""
    found, files = await desk.cases.load_with_files(uow, case_id) or (None, 0)
    case = _editable(found, applicant)
    if files >= limits.MATERIALS_PER_CASE:
        raise TooManyMaterials(limits.MATERIALS_PER_CASE)
    return case


def _editable(case: Case | None, applicant: Applicant) -> Case:
    if case is None or case.applicant_id != applicant.id:
        raise CaseNotFound
    within_mandate(applicant, case)
    if case.state not in EDITABLE:
        raise NotEditable(case.state)
    return case
