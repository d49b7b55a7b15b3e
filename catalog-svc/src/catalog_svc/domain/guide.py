"""The guide of an item version (办事指南): everything a citizen needs, in words and in values.

Rendered once, at publication. Who serves it is not in here: the organisation changes without the item.
"""

from datetime import datetime
from typing import Any

from contracts.catalog import ItemDefinition

from .content import ItemContent
from .vocabulary import (
    APPLICANTS,
    DELIVERIES,
    HANDLED_AT,
    LEVELS,
    MATERIAL_FORMS,
    MATERIAL_SOURCES,
    ONLINE_CLASSES,
    STEPS,
    Words,
)
from .wording import (
    delivery_words,
    fee_words,
    hand_over_words,
    promise_words,
    remedy_words,
    statutory_words,
    validity_words,
    yuan,
)


def render_guide(item: ItemContent, definition: ItemDefinition, published_at: datetime) -> dict[str, Any]:
    """The guide as JSON values. The form comes from the definition: the one that cases were told."""
    return {
        **render_summary(item, definition.version),
        "published_at": published_at,
        "conditions": item.conditions,
        "materials": [
            {
                **material.model_dump(),
                "form_text": _text(MATERIAL_FORMS[material.form]),
                "source_text": _text(MATERIAL_SOURCES[material.source]),
            }
            for material in definition.materials
        ],
        "form_schema": _in_order(definition.form_schema),
        "steps": [{"step": step, **_text(STEPS[step])} for step in item.steps],
        "approval_levels": item.approval_levels,
        **_promises(item),
        "legal_basis": item.legal_basis,
        "remedy": {"available": item.remedy, "text": _text(remedy_words(item))},
        "faq": [entry.model_dump() for entry in item.faq],
        "reminder": item.reminder.model_dump() if item.reminder else None,
        "handled_at_text": _text(HANDLED_AT[item.handled_at]),
    }


def _promises(item: ItemContent) -> dict[str, Any]:
    """How long it takes, what it costs, how the result comes and how long it is valid."""
    return {
        "limits": {
            "promised_days": item.promised_days,
            "promised_text": _text(promise_words(item)),
            "statutory_days": item.statutory_days,
            "statutory_unit": item.statutory_unit,
            "statutory_text": _text(statutory_words(item)),
        },
        "fee": {
            "cents": item.fee_cents,
            "yuan": yuan(item.fee_cents),
            "text": _text(fee_words(item)),
            "basis": item.fee_basis,
            "amount_source": item.amount_source,
            "min_cents": item.amount_min_cents,
            "max_cents": item.amount_max_cents,
        },
        "delivery": {
            "mode": item.delivery,
            "text": _text(DELIVERIES[item.delivery]),
            "free": item.delivery_free,
            "postage_text": _text(delivery_words(item)),
            "hand_over_text": _text(hand_over_words(item)),
        },
        "result": {
            "name": item.result,
            "valid_months": item.result_valid_months,
            "validity_text": _text(validity_words(item)),
        },
    }


def render_summary(item: ItemContent, version: int) -> dict[str, Any]:
    """One line of a list, as JSON values; a guide begins with the same."""
    return {
        "code": item.code,
        "version": version,
        "name": item.name,
        "name_en": item.name_en,
        "department": item.department,
        "online_class": item.online_class,
        "online_class_text": _text(ONLINE_CLASSES[item.online_class]),
        "kind": item.kind,
        "applicant": item.applicant,
        "applicant_text": _text(APPLICANTS[item.applicant]),
        "handled_at": item.handled_at,
        "fee_cents": item.fee_cents,
        "fee_text": _text(fee_words(item)),
        "promised_days": item.promised_days,
        "promised_text": _text(promise_words(item)),
        "min_ial": item.min_ial,
        "min_ial_text": _text(LEVELS[item.min_ial]),
    }


def _in_order(schema: dict[str, Any]) -> dict[str, Any]:
    """The fields in their order again: the schema may have been stored as jsonb, which keeps none."""
    fields = sorted(schema["properties"].items(), key=lambda entry: entry[1]["x-order"])
    return {**schema, "properties": dict(fields)}


def _text(words: Words | None) -> dict[str, str] | None:
    return words._asdict() if words else None
