"""Everything that is made once, when a version is published: definition, guide, summary, search keys."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import orjson
from contracts.catalog import ItemDefinition

from .content import ItemContent
from .definition import define
from .guide import render_guide, render_summary
from .search_keys import SearchKeys, SearchWords, search_keys

FORMAT: Final = 2
"""Raise it when guides, summaries or search keys are made differently: stored ones are then made anew."""


@dataclass(frozen=True, slots=True)
class Publication:
    """`guide` and `summary` are JSON as served; the guide lacks only its state and who serves it."""

    content: ItemContent
    definition: ItemDefinition
    published_at: datetime
    guide: bytes
    guide_etag: str
    summary: str
    keys: SearchKeys


def prepare(content: ItemContent, version: int, words: SearchWords, at: datetime) -> Publication:
    return render(content, define(content, version), words, at)


def render(content: ItemContent, definition: ItemDefinition, words: SearchWords, at: datetime) -> Publication:
    """With a definition that cases were told already: rendering anew never changes what a form asks."""
    guide = orjson.dumps(render_guide(content, definition, at))
    return Publication(
        content=content,
        definition=definition,
        published_at=at,
        guide=guide,
        guide_etag=hashlib.sha256(guide).hexdigest()[:20],
        summary=orjson.dumps(render_summary(content, definition.version)).decode(),
        keys=search_keys(content, words),
    )


def rendering_fingerprint(words: SearchWords) -> str:
    """Changes when stored guides and keys would be made differently."""
    parts = orjson.dumps([FORMAT, words.overrides, words.synonyms], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(parts).hexdigest()
