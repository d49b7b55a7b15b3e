"""What is sealed and hashed here, for a change of keys.

Keys of the throttle, hashes of codes by SMS and QR, of tickets, of known places, and what a session remembers of its
device are under the lookup key as well, and are not changed: with another key counts begin anew, codes and tickets
under way, which live some minutes, are asked for again, a place is known again after the next log-in there, and a known
device is told of once as if it were new.
"""

from typing import Any, Final

import orjson
from chassis.rotation import LookupColumn, PassingHash, SealedColumn, Target

from .factors.factors import factor_aad
from .ways_in.links import link_name


def _id(row: Any) -> bytes:
    found: bytes = row["id"].bytes
    return found


def _phone(personal: bytes, _: Any) -> str | None:
    found: str | None = orjson.loads(personal)["phone"]
    return found


def _id_number(personal: bytes, _: Any) -> str | None:
    found: str | None = orjson.loads(personal)["id_number"]
    return found


def _link(subject: bytes, row: Any) -> str:
    return link_name(row["provider"], subject.decode())


def _factor(row: Any) -> bytes:
    return factor_aad(row["officer_id"])


_PERSONAL: Final = SealedColumn("account", "personal", {"id": "uuid"}, _id)
_SUBJECT: Final = SealedColumn(
    "identity_link_subject",
    "subject",
    {"subject_hash": "bytea"},
    lambda row: row["link_id"].bytes,
    also=("link_id", "(SELECT provider FROM identity_link WHERE id = link_id) AS provider"),
)
_OFFER: Final = SealedColumn("mandate", "offer", {"id": "uuid"}, _id)
TARGETS: Final[tuple[Target, ...]] = (
    _PERSONAL,
    SealedColumn("officer", "name", {"id": "uuid"}, _id),
    SealedColumn("session", "secret", {"id": "uuid"}, _id),
    SealedColumn("sms_code", "message", {"id": "uuid"}, _id),
    SealedColumn("signing_key", "private_key", {"kid": "text"}, lambda row: row["kid"].encode()),
    SealedColumn("second_factor", "secret", {"officer_id": "uuid"}, _factor),
    SealedColumn("second_factor", "proposed", {"officer_id": "uuid"}, _factor),
    SealedColumn(
        "person_export_entry",
        "body",
        {"id": "bigint"},
        lambda row: row["export_id"].bytes,
        also=("export_id",),
    ),
    SealedColumn("qr_log_in", "client", {"id": "uuid"}, _id),
    SealedColumn("oidc_grant", "secret", {"id": "uuid"}, _id),
    SealedColumn("oidc_flow", "asked", {"id": "text"}, lambda row: row["id"].encode()),
    _OFFER,
    PassingHash("mandate", "agent_hash", "id", _OFFER, lambda offer, _: str(orjson.loads(offer)["phone"])),
    SealedColumn("saved_address", "sealed", {"id": "uuid"}, _id),
    SealedColumn("vouched", "person", {"ticket_hash": "bytea"}, lambda row: row["ticket_hash"]),
    _SUBJECT,
    LookupColumn("identity_link_subject", "subject_hash", "subject_hash", _SUBJECT, _link, kind="bytea"),
    LookupColumn("account", "phone_hash", "id", _PERSONAL, _phone),
    LookupColumn("account", "id_hash", "id", _PERSONAL, _id_number),
)
