"""What a case needs to know of an item version, as the published event says it."""

from contracts.catalog import ItemDefinition, MaterialDefinition

from .content import ItemContent
from .form_schema import form_schema

_COPIED = ["code", "name", "name_en", "department", "online_class", "kind", "applicant", "handled_at", "approval_levels", "statutory_days", "statutory_unit", "promised_days", "fee_cents", "fee_basis", "amount_source", "amount_min_cents", "amount_max_cents", "delivery", "delivery_free", "result", "result_valid_months", "remedy"]


def define(item: ItemContent, version: int) -> ItemDefinition:
    """Materials get the keys m1, m2, … by their place: stable, because a published version never changes."""
    return ItemDefinition(
        version=version,
        steps=tuple(item.steps),
        materials=tuple(
            MaterialDefinition(key=f"m{place}", **material.model_dump())
            for place, material in enumerate(item.materials, start=1)
        ),
        form_schema=form_schema(item),
        legal_basis=tuple(item.legal_basis),
        **{name: getattr(item, name) for name in _COPIED},
    )
