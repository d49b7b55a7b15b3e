"""Opening a case: applicants see their own, officers those of their unit, and each look of theirs is kept."""

from dataclasses import replace
from uuid import UUID

from chassis.db import UnitOfWork

from ..domain.case import Case
from ..domain.errors import CaseNotFound, MaterialNotFound
from ..domain.masking import masked_name
from ..domain.people import Applicant, Officer
from .attach_material import file_aad
from .desk import Desk
from .records import Filled, Folder, Material

Reader = Applicant | Officer


async def open_case(desk: Desk, uow: UnitOfWork, reader: Reader, case_id: UUID) -> Folder:
    """The case with all that is in it; for officers also who the applicant is, where identity-svc can tell."""
    if isinstance(reader, Officer):
        folder = await desk.folders.look(uow, case_id, reader)
    else:
        folder = await desk.folders.open(uow, case_id)
    if folder is None or not may_read(reader, folder.filled.case):
        raise CaseNotFound
    if isinstance(reader, Applicant) or folder.filled.applicant:
        return folder
    return replace(folder, filled=await _with_applicant(desk, uow, folder.filled, reader))


async def find_case_by_number(desk: Desk, uow: UnitOfWork, reader: Reader, case_no: str) -> Case:
    """As people quote it on the telephone or at a window."""
    case = await desk.cases.load_by_number(uow, case_no)
    if case is None or not may_read(reader, case):
        raise CaseNotFound
    return case


async def readable_case(desk: Desk, uow: UnitOfWork, reader: Reader, case_id: UUID) -> Case:
    """The case without its answers, where the reader may see it."""
    case = await desk.cases.load(uow, case_id)
    if case is None or not may_read(reader, case):
        raise CaseNotFound
    return case


async def read_material(
    desk: Desk, uow: UnitOfWork, reader: Reader, case_id: UUID, material_id: UUID
) -> tuple[Material, bytes]:
    await readable_case(desk, uow, reader, case_id)
    material = await desk.materials.find(uow, case_id, material_id)
    if material is None:
        raise MaterialNotFound
    if isinstance(reader, Officer):
        await desk.history.record_view(uow, case_id, viewer=str(reader.id), unit=reader.unit, what="material")
    return material, await desk.files.get(material.file_key, file_aad(case_id, material_id))


def may_read(reader: Reader, case: Case) -> bool:
    if isinstance(reader, Officer):
        return reader.serves(case.unit, case.department)
    return case.applicant_id == reader.id


async def _with_applicant(desk: Desk, uow: UnitOfWork, filled: Filled, officer: Officer) -> Filled:
    await uow.release()  # identity-svc is asked now, and connections are few
    applicant = await desk.people.find(filled.case.applicant_id, officer_id=officer.id)
    if applicant is None:
        return filled
    masked = masked_name(applicant["name"])
    await desk.forms.keep_applicant(uow, filled.case.id, applicant, masked)
    return replace(filled, applicant=applicant, case=filled.case.changed(applicant_masked=masked))
