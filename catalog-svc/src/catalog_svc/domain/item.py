"""An item and its versions: draft → published → retired; one published at a time, one draft open."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

import orjson
from contracts.catalog import ItemPublished, ItemRetired

from .content import USUAL_IAL, ItemContent
from .publication import Publication

State = Literal["draft", "published", "retired"]


@dataclass(frozen=True, slots=True)
class Item:
    """What an item is beside its versions. `revision` rises with every event.

    `imported_hash` and `imported_version` say what the files last brought; null for one made by an editor.
    """

    code: str
    revision: int = 0
    latest_version: int = 0
    current_version: int | None = None
    imported_hash: str | None = None
    imported_version: int | None = None

    @property
    def edited_here(self) -> bool:
        """Whether an editor has published or retired something since the last import."""
        return self.latest_version > 0 and self.current_version != self.imported_version


@dataclass(frozen=True, slots=True)
class Version:
    """One version as stored. `revision` rises with every edit of the draft."""

    code: str
    version: int
    state: State
    revision: int
    content: dict[str, Any]
    created_by: str
    created_at: datetime
    updated_by: str
    updated_at: datetime
    published_by: str | None = None
    published_at: datetime | None = None
    retired_by: str | None = None
    retired_at: datetime | None = None
    replaced_by: int | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """An item after a move, and the events of it, each with the revision it stands for."""

    item: Item
    events: tuple[tuple[ItemPublished | ItemRetired, int], ...]


def publish(item: Item, publication: Publication) -> Change:
    """Makes the publication current; the version it replaces is retired by it."""
    version, at = publication.definition.version, publication.published_at
    revision = item.revision + 1
    published = ItemPublished(
        item_code=item.code, item_version=version, published_at=at, definition=publication.definition
    )
    events: list[tuple[ItemPublished | ItemRetired, int]] = [(published, revision)]
    if item.current_version is not None:
        revision += 1
        events.append((_retired(item.code, item.current_version, at, replaced_by=version), revision))
    latest = max(item.latest_version, version)
    changed = replace(item, revision=revision, latest_version=latest, current_version=version)
    return Change(changed, tuple(events))


def retire(item: Item, at: datetime) -> Change:
    """The current version goes, and none takes its place."""
    assert item.current_version is not None
    event = _retired(item.code, item.current_version, at)
    revision = item.revision + 1
    return Change(replace(item, revision=revision, current_version=None), ((event, revision),))


def content_hash(content: ItemContent) -> str:
    """Equal for equal content, however it was written down."""
    # Files that say nothing of the level, or of the hand-over, hash as they did before they could: nothing is published
    # anew for it.
    unsaid = {"min_ial"} if content.min_ial == USUAL_IAL else set()
    unsaid |= {"id_bound"} if content.id_bound else set()
    plain = content.model_dump(mode="json", exclude=unsaid)
    return hashlib.sha256(orjson.dumps(plain, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _retired(code: str, version: int, at: datetime, replaced_by: int | None = None) -> ItemRetired:
    return ItemRetired(item_code=code, item_version=version, retired_at=at, replaced_by=replaced_by)
