"""All that is kept of an applicant: handed out, and erased."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from chassis.db import UnitOfWork
from chassis.people import Blocker, ExportPage, FileNote, Outcome, Record
from chassis.sealing import Sealer

from ..application.attach_material import file_aad
from ..documents.codes import grouped
from ..documents.desk import document_aad
from ..documents.issuing import DocumentIssuer
from ..documents.record import document_number
from ..materials.errors import FileMissing
from ..materials.store import MaterialStore
from .erasure import blockers_of, erase_cases
from .sealed import answers_aad, applicant_aad, history_aad, material_aad, open_json

_PAGE: Final = 20
# Cases of one's own, and those of others one had a hand in: both in one order, so that one cursor does.
_IDS: Final = """(SELECT id FROM cases WHERE applicant_id = $1 AND ($2::uuid IS NULL OR id > $2) ORDER BY id LIMIT $3)
UNION (SELECT DISTINCT case_id FROM case_hand WHERE acted_by = $1 AND ($2::uuid IS NULL OR case_id > $2)
 ORDER BY case_id LIMIT $3) ORDER BY 1 LIMIT $3"""
_CASES: Final = """SELECT c.id, c.state, c.case_no, c.item_code, c.item_version, c.unit, c.created_at, c.submitted_at,
 c.accepted_at, c.decided_at, c.closed_at, c.document_id, c.amount_cents, f.answers, f.applicant
FROM cases c LEFT JOIN case_form f ON f.case_id = c.id
WHERE c.applicant_id = $1 AND c.id = ANY($2::uuid[]) ORDER BY c.id"""
_HISTORY: Final = """SELECT case_id, version, action, from_state, to_state, at, facts, texts FROM case_history
WHERE case_id = ANY($1::uuid[]) ORDER BY case_id, id"""
_HANDS: Final = """SELECT case_id, acted_by, mandate_id, what, first_at, last_at, times FROM case_hand
WHERE case_id = ANY($1::uuid[]) ORDER BY case_id, first_at, what"""
_VIEWS: Final = """SELECT case_id, viewer, unit, what, at FROM case_view WHERE case_id = ANY($1::uuid[])
ORDER BY case_id, id"""
_DOCUMENTS: Final = """SELECT id, case_id, serial, code, item_name, result, issued_at, valid_until, revoked_at
FROM document WHERE applicant_id = $1 AND case_id = ANY($2::uuid[]) ORDER BY id"""
_MATERIALS: Final = "SELECT * FROM case_material WHERE case_id = ANY($1::uuid[]) ORDER BY case_id, id"


class CasePeople:
    """Implements `chassis.people.PersonalData`."""

    def __init__(self, sealer: Sealer, store: MaterialStore, issuer: DocumentIssuer) -> None:
        self._sealer = sealer
        self._store = store
        self._issuer = issuer

    async def export(self, uow: UnitOfWork, account_id: UUID, after: UUID | None) -> ExportPage:
        found = [row[0] for row in await uow.read(_IDS, account_id, after, _PAGE)]
        cases = await uow.read(_CASES, account_id, found)
        ids = [case["id"] for case in cases]
        history, views = await uow.read(_HISTORY, ids), await uow.read(_VIEWS, ids)
        materials, hands = await uow.read(_MATERIALS, ids), await uow.read(_HANDS, found)
        documents = await uow.read(_DOCUMENTS, account_id, ids)
        page = ExportPage(next=found[-1] if len(found) == _PAGE else None)
        page.records += _done_for_others(account_id, hands)
        for case in cases:
            record = self._record(case, history, views, materials)
            record.data["acted_by"] = [
                _without(row, "case_id") for row in hands if row["case_id"] == case["id"]
            ]
            papers = [row for row in documents if row["case_id"] == case["id"]]
            record.data["documents"] = [_issued(row) for row in papers]
            page.records.append(record)
            page.files += [self._file_note(case, row) for row in materials if row["case_id"] == case["id"]]
            page.files += [_paper(case, row["id"]) for row in papers]
        return page

    async def file(self, uow: UnitOfWork, account_id: UUID, file_id: str) -> bytes | None:
        kind, _, text = file_id.partition("-")
        try:
            found = UUID(text)
        except ValueError:
            return None
        try:
            if kind == "document":
                return await self._document(uow, account_id, found)
            return await self._material(uow, account_id, found) if kind == "material" else None
        except FileMissing:
            return None

    async def blockers(self, uow: UnitOfWork, account_id: UUID) -> list[Blocker]:
        return await blockers_of(uow, account_id)

    async def erase(self, uow: UnitOfWork, account_id: UUID) -> list[Outcome]:
        return await erase_cases(uow, self._store, self._issuer, account_id)

    def _record(
        self, case: Any, history: Sequence[Any], views: Sequence[Any], materials: Sequence[Any]
    ) -> Record:
        data = {name: value for name, value in case.items() if name not in ("answers", "applicant")}
        case_id = case["id"]
        if case["answers"] is not None:
            data["answers"] = open_json(self._sealer, case["answers"], answers_aad(case_id))
        if case["applicant"] is not None:
            data["applicant"] = open_json(self._sealer, case["applicant"], applicant_aad(case_id))
        data["history"] = [self._step(case_id, row) for row in history if row["case_id"] == case_id]
        data["viewed_by"] = [
            {"viewer": row["viewer"], "unit": row["unit"], "what": row["what"], "at": row["at"]}
            for row in views
            if row["case_id"] == case_id
        ]
        data["materials"] = [
            {"key": row["key"], "name": self._name(row), "size": row["size"], "sha256": row["sha256"]}
            for row in materials
            if row["case_id"] == case_id
        ]
        return Record(section="cases", title="办件", title_en="Cases", data=data)

    def _step(self, case_id: UUID, row: Any) -> dict[str, Any]:
        step = {name: value for name, value in row.items() if name not in ("texts", "case_id")}
        if row["texts"] is not None:
            step["texts"] = open_json(self._sealer, row["texts"], history_aad(case_id, row["version"]))
        return step

    def _name(self, row: Any) -> str:
        return self._sealer.open(row["file_name"], material_aad(row["id"])).decode()

    def _file_note(self, case: Any, row: Any) -> FileNote:
        name = self._name(row).replace("/", "_").replace("\\", "_")
        return FileNote(id=f"material-{row['id']}", path=f"{_folder(case)}/{str(row['id'])[-8:]}-{name}")

    async def _material(self, uow: UnitOfWork, account_id: UUID, material_id: UUID) -> bytes | None:
        row = await uow.read_row(
            "SELECT m.* FROM case_material m JOIN cases c ON c.id = m.case_id WHERE m.id = $1 AND c.applicant_id = $2",
            material_id,
            account_id,
        )
        if row is None:
            return None
        return await self._store.get(row["file_key"], file_aad(row["case_id"], material_id))

    async def _document(self, uow: UnitOfWork, account_id: UUID, document_id: UUID) -> bytes | None:
        """The rendered PDF; one that was never rendered is made when its owner first asks for it, not here."""
        found = await uow.read_value(
            "SELECT true FROM document WHERE id = $1 AND applicant_id = $2", document_id, account_id
        )
        for key in self._store.keys_for("documents", str(document_id)) if found else ():
            if await self._store.key_id(key) is not None:
                return await self._store.get(key, document_aad(document_id))
        return None


def _done_for_others(account_id: UUID, hands: Sequence[Any]) -> list[Record]:
    """What they did, and by which mandate; of the case, which is somebody else's, only which it was."""
    return [
        Record(section="acts", title="代他人办理", title_en="Done for others", data=_without(row, "acted_by"))
        for row in hands
        if row["acted_by"] == account_id
    ]


def _issued(row: Any) -> dict[str, Any]:
    """What its paper says, whether its PDF was ever made or not."""
    facts = {name: row[name] for name in ("item_name", "result", "issued_at", "valid_until", "revoked_at")}
    number = document_number(row["serial"], row["issued_at"])
    return {"number": number, "verification_code": grouped(row["code"])} | facts


def _paper(case: Any, document_id: UUID) -> FileNote:
    """The present one, or one that another took the place of."""
    which = "" if document_id == case["document_id"] else f"-{str(document_id)[-8:]}"
    return FileNote(id=f"document-{document_id}", path=f"{_folder(case)}/document{which}.pdf")


def _without(row: Any, name: str) -> dict[str, Any]:
    return {column: value for column, value in row.items() if column != name}


def _folder(case: Any) -> str:
    return f"cases/{case['case_no'] or case['id']}"
