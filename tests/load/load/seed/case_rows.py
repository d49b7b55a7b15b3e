"""What a life leaves in case-svc: the case, its sealed form, its history, who looked, the signed document."""

from dataclasses import fields
from operator import attrgetter

import orjson
from case_svc.documents.record import Document, last_valid_day
from case_svc.documents.signing import DocumentSigner
from case_svc.persistence.cases import COLUMNS
from case_svc.persistence.sealed import answers_aad, applicant_aad, history_aad, seal_json
from chassis.sealing import Sealer

from .batch import Batch, Columns
from .chance import Chance
from .life import Life

_SERVICE = "case-svc"
_DOCUMENT = tuple(one.name for one in fields(Document))
CASE_COLUMNS: Columns = {
    "cases": COLUMNS,
    "case_form": ("case_id", "version", "answers", "applicant"),
    "case_history": (
        "case_id", "version", "action", "from_state", "to_state", "actor", "officer_id", "at", "facts", "texts",
    ),
    "case_view": ("case_id", "viewer", "unit", "what", "at"),
    "document": _DOCUMENT,
}  # fmt: skip
_CODE = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_case_values = attrgetter(*COLUMNS)
_document_values = attrgetter(*_DOCUMENT)


class CaseRows:
    def __init__(self, batch: Batch, chance: Chance, sealer: Sealer, signer: DocumentSigner) -> None:
        self._batch = batch
        self._chance = chance
        self._sealer = sealer
        self._signer = signer

    def add(self, life: Life, serial: int) -> None:
        """`serial` becomes the document's, where the case has one."""
        case = life.case
        self._batch.add(_SERVICE, "cases", *_case_values(case))
        person = {
            "name": life.name,
            "id_number": life.id_number,
            "phone": life.phone,
            "representative_name": None,
        }
        self._batch.add(
            _SERVICE, "case_form", case.id, 3,
            seal_json(self._sealer, life.answers, answers_aad(case.id)),
            seal_json(self._sealer, person, applicant_aad(case.id)),
        )  # fmt: skip
        self._add_history(life)
        if life.document_id is not None:
            self._add_document(life, serial)

    def _add_history(self, life: Life) -> None:
        for step, at in life.steps:
            edge, version = step.edge, step.case.version
            texts = (
                seal_json(self._sealer, step.texts, history_aad(life.case.id, version))
                if step.texts
                else None
            )
            self._batch.add(
                _SERVICE, "case_history", life.case.id, version, edge.action, edge.source, edge.target, step.by.who,
                step.by.officer_id, at, _json(step.facts), texts,
            )  # fmt: skip
            if step.by.officer_id is not None:
                viewer = str(step.by.officer_id)
                self._batch.add(_SERVICE, "case_view", life.case.id, viewer, life.unit, "case", at)
        for about, at, facts in life.notes:
            self._batch.add(
                _SERVICE, "case_history", life.case.id, None, about, None, None, "system", None, at,
                _json(facts), None,
            )  # fmt: skip

    def _add_document(self, life: Life, serial: int) -> None:
        case, item, at = life.case, life.item.definition, life.produced_at
        assert life.document_id is not None and case.case_no is not None and at is not None
        document = Document(
            id=life.document_id, serial=serial, code="".join(self._chance.choices(_CODE, k=26)), case_id=case.id,
            case_no=case.case_no, item_code=item.code, item_version=item.version, item_name=item.name,
            item_name_en=item.name_en, result=item.result or item.name,
            is_electronic=life.item.is_electronic, department=item.department, unit=life.unit,
            applicant_id=case.applicant_id, holder_masked=case.applicant_masked, issued_at=at,
            valid_until=last_valid_day(at, item.result_valid_months), key_id=self._signer.key_id, signature=b"",
        )  # fmt: skip
        *values, revoked_at, revoked_by, revocation = _document_values(document)
        values[_DOCUMENT.index("signature")] = self._signer.sign(document.statement())
        self._batch.add(_SERVICE, "document", *values, revoked_at, revoked_by, revocation)


def _json(facts: object) -> str:
    return orjson.dumps(facts).decode()
