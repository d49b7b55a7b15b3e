"""What a case needs to know of an item version, as the published event says it."""

from contracts.catalog import ItemDefinition, MaterialDefinition

from .content import ItemContent
from .form_schema import form_schema

_COPIED = [
    name for name in ItemDefinition.model_fields if name in ItemContent.model_fields and name != "materials"
]


def define(item: ItemContent, version: int) -> ItemDefinition:
    """Materials get the keys m1, m2, … by their place: stable, because a published version never changes."""
    return ItemDefinition(
        version=version,
        materials=tuple(
            MaterialDefinition(key=f"m{place}", **material.model_dump())
            for place, material in enumerate(item.materials, start=1)
        ),
        form_schema=form_schema(item),
        **{name: getattr(item, name) for name in _COPIED},
    )
