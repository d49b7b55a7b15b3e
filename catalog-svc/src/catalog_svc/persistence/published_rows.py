"""A publication as rows: its version, and what the public finds."""

from collections.abc import Sequence
from typing import Any, Final

from ..domain.publication import Publication

Row = tuple[Any, ...]

WRITE_VERSIONS: Final = """INSERT INTO item_version (code, version, state, revision, content, definition,
 guide, guide_etag, created_by, updated_by, published_by, published_at)
 VALUES ($1, $2, 'published', 1, $3, $4, $5, $6, $7, $7, $7, $8)
 ON CONFLICT (code, version) DO UPDATE SET state = 'published', revision = item_version.revision + 1,
 definition = excluded.definition, guide = excluded.guide, guide_etag = excluded.guide_etag,
 published_by = excluded.published_by, published_at = excluded.published_at"""

REWRITE_GUIDES: Final = "UPDATE item_version SET guide = $3, guide_etag = $4 WHERE code = $1 AND version = $2"

_PUBLIC: Final = [
    "code",
    "version",
    "department",
    "online_class",
    "kind",
    "applicant",
    "handled_at",
    "summary",
    "name_key",
    "pinyin_key",
    "initials_key",
    "english_key",
    "text_key",
    "latin_key",
]
SHOW: Final = (
    f"INSERT INTO published_item ({', '.join(_PUBLIC)})"
    f" VALUES ({', '.join(f'${place}' for place in range(1, len(_PUBLIC) + 1))})"
    f" ON CONFLICT (code) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _PUBLIC[1:])}"
)


def version_rows(publications: Sequence[Publication], by: str) -> list[Row]:
    return [
        (
            one.content.code,
            one.definition.version,
            one.content.as_json(),
            one.definition.model_dump(mode="json"),
            one.guide,
            one.guide_etag,
            by,
            one.published_at,
        )
        for one in publications
    ]


def guide_rows(publications: Sequence[Publication]) -> list[Row]:
    return [(one.content.code, one.definition.version, one.guide, one.guide_etag) for one in publications]


def public_rows(publications: Sequence[Publication]) -> list[Row]:
    return [
        (
            one.content.code,
            one.definition.version,
            one.content.department,
            one.content.online_class,
            one.content.kind,
            one.content.applicant,
            one.content.handled_at,
            one.summary,
            one.keys.name_key,
            one.keys.pinyin_key,
            one.keys.initials_key,
            one.keys.english_key,
            one.keys.text_key,
            one.keys.latin_key,
        )
        for one in publications
    ]
