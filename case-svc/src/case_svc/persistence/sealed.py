"""Personal data in rows: JSON, sealed, bound to the row it belongs to."""

from typing import Any
from uuid import UUID

import orjson
from chassis.sealing import Sealer


def seal_json(sealer: Sealer, value: Any, aad: bytes) -> bytes:
    return sealer.seal(orjson.dumps(value), aad)


def open_json(sealer: Sealer, sealed: bytes, aad: bytes) -> Any:
    return orjson.loads(sealer.open(sealed, aad))


def answers_aad(case_id: UUID) -> bytes:
    return b"case.answers:" + case_id.bytes


def applicant_aad(case_id: UUID) -> bytes:
    return b"case.applicant:" + case_id.bytes


def history_aad(case_id: UUID, version: int) -> bytes:
    return b"case.history:%b:%d" % (case_id.bytes, version)


def material_aad(material_id: UUID) -> bytes:
    return b"case.material:" + material_id.bytes
