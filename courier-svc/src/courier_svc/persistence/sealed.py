"""What is sealed here, for a change of keys."""

from typing import Final

from chassis.rotation import SealedColumn

SEALED: Final = (
    SealedColumn("shipment", "sealed_address", {"id": "uuid"}, lambda row: row["id"].bytes),
    SealedColumn("shipment", "sealed_next_address", {"id": "uuid"}, lambda row: row["id"].bytes),
    SealedColumn("shipment", "sealed_proof", {"id": "uuid"}, lambda row: row["id"].bytes),
    SealedColumn("claim", "sealed_words", {"id": "uuid"}, lambda row: row["id"].bytes),
    SealedColumn(
        "courier_report",
        "sealed_body",
        {"id": "uuid"},
        lambda row: row["event_id"].encode(),
        also=("event_id",),
    ),
)
