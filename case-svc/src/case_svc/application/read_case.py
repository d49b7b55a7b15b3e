"""Opening a case: applicants see their own, officers those of their unit or for a reason; each look is kept."""

from dataclasses import replace
from uuid import UUID

from chassis.db import UnitOfWork

from ..domain.case import Case
from ..domain.errors import CaseNotFound, MaterialNotFound
from ..domain.masking import masked_name
from ..domain.people import ERASED_NAME, Applicant, Officer
from .attach_material import file_aad
from .desk import Desk
from .records import Filled, Folder, Material

Reader = Applicant | Officer


async def open_case(desk: Desk, uow: UnitOfWork, reader: Reader, case_id: UUID) -> Folder:
    """The case with all that is in it; for officers also who the applicant is, where identity-svc can tell."""
    if isinstance(reader, Officer):
        folder = await desk.folders.look(uow, case_id, reader)
        if folder is None and reader.scopes:
            folder = await _look_by_scope(desk, uow, reader, case_id)
        if folder is None:
            folder = await desk.folders.look_by_exception(uow, case_id, reader, desk.clock())
    else:
        folder = await desk.folders.open(uow, case_id)
    if folder is None or not (isinstance(reader, Officer) or may_read(reader, folder.filled.case)):
        raise CaseNotFound
    if isinstance(reader, Applicant) or folder.filled.applicant:
        return folder
    return replace(folder, filled=await _with_applicant(desk, uow, folder.filled, reader))


async def find_case_by_number(desk: Desk, uow: UnitOfWork, reader: Reader, case_no: str) -> Case:
    """As people quote it on the telephone or at a window."""
    case = await desk.cases.load_by_number(uow, case_no)
    if case is None:
        raise CaseNotFound
    await _admitted(desk, uow, reader, case)
    return case


async def readable_case(desk: Desk, uow: UnitOfWork, reader: Reader, case_id: UUID) -> Case:
    """The case without its answers, where the reader may see it."""
    case = await desk.cases.load(uow, case_id)
    if case is None:
        raise CaseNotFound
    await _admitted(desk, uow, reader, case)
    return case


async def read_material(
    desk: Desk, uow: UnitOfWork, reader: Reader, case_id: UUID, material_id: UUID
) -> tuple[Material, bytes]:
    case = await desk.cases.load(uow, case_id)
    if case is None:
        raise CaseNotFound
    grant_id = await _admitted(desk, uow, reader, case)
    material = await desk.materials.find(uow, case_id, material_id)
    if material is None:
        raise MaterialNotFound
    if isinstance(reader, Officer):
        await desk.history.record_view(
            uow,
            case_id,
            viewer=str(reader.id),
            unit=reader.unit,
            what="material",
            role=reader.role,
            grant_id=grant_id,
        )
    return material, await desk.files.get(material.file_key, file_aad(case_id, material_id))


def may_read(reader: Reader, case: Case) -> bool:
    if isinstance(reader, Officer):
        return reader.serves(case.unit, case.department)
    return case.applicant_id == reader.id and reader.may_touch(case.item_code, case.department)


async def _look_by_scope(desk: Desk, uow: UnitOfWork, officer: Officer, case_id: UUID) -> Folder | None:
    case = await desk.cases.load(uow, case_id)
    if case is None or not may_read(officer, case):
        return None
    return await desk.folders.look_by_scope(uow, case_id, officer)


async def _admitted(desk: Desk, uow: UnitOfWork, reader: Reader, case: Case) -> UUID | None:
    """The grant by which the reader may see the case, where only one lets them; CaseNotFound where nothing does."""
    if may_read(reader, case):
        return None
    if isinstance(reader, Officer):
        grant_id = await desk.exceptions.active(uow, case.id, reader.id, desk.clock())
        if grant_id is not None:
            return grant_id
    raise CaseNotFound


async def _with_applicant(desk: Desk, uow: UnitOfWork, filled: Filled, officer: Officer) -> Filled:
    await uow.release()  # identity-svc is asked now, and connections are few
    applicant = await desk.people.find(filled.case.applicant_id, officer_id=officer.id)
    if applicant is None:
        return filled
    if applicant["name"] == ERASED_NAME:  # not kept: it is nobody's name
        return replace(filled, applicant=applicant, case=filled.case.changed(applicant_masked=ERASED_NAME))
    masked = masked_name(applicant["name"])
    await desk.forms.keep_applicant(uow, filled.case.id, applicant, masked)
    return replace(filled, applicant=applicant, case=filled.case.changed(applicant_masked=masked))
