"""The guide of an item, put together from stored JSON without parsing it: the most read page of all."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from chassis.db import UnitOfWork

from ..domain.errors import ItemNoLongerOffered, NoSuchVersion, UnknownFilterValue
from .find_version import no_such_item
from .ports import CatalogueReader, StoredGuide


@dataclass(frozen=True, slots=True)
class Guide:
    """`body` is JSON; None when the reader's copy (by its etag) is still good."""

    etag: str
    body: bytes | None


async def read_guide(
    uow: UnitOfWork, reader: CatalogueReader, code: str, version: int | None, known_etags: Sequence[str]
) -> Guide:
    """The current guide, or that of `version`, retired ones too.

    Raises NoSuchItem, NoSuchVersion, ItemNoLongerOffered.
    """
    if version is None:
        stored = await reader.guide(uow, code, known_etags)
    else:
        stored = await reader.guide_of_version(uow, code, version, known_etags)
    if stored is None:
        raise await _why_none(uow, reader, code, version)
    return Guide(stored.etag, _composed(stored))


async def read_places(
    uow: UnitOfWork, reader: CatalogueReader, code: str, branch: str | None
) -> dict[str, Any]:
    """Who serves an item, all of them or those of one branch."""
    found = await reader.places(uow, code)
    if found is None:
        raise await _why_none(uow, reader, code, None)
    handled_at, body = found
    served: dict[str, Any] = (
        orjson.loads(body) if body else {"department": None, "choose": None, "places": []}
    )
    if branch is not None:
        await _check_branch(uow, reader, branch)
        served["places"] = [
            place for place in served["places"] if place["branch"] and place["branch"]["code"] == branch
        ]
    return {"code": code, "handled_at": handled_at, **served}


def _composed(stored: StoredGuide) -> bytes | None:
    if stored.guide is None:
        return None
    more = {"state": stored.state, "retired_at": stored.retired_at, "replaced_by": stored.replaced_by}
    return b"".join(
        (stored.guide[:-1], b",", orjson.dumps(more)[1:-1], b',"served_by":', stored.places or b"null", b"}")
    )


async def _why_none(uow: UnitOfWork, reader: CatalogueReader, code: str, version: int | None) -> Exception:
    latest = await reader.latest_public_version(uow, code)
    if latest is None:
        return no_such_item(code)
    if version is not None:
        return NoSuchVersion(
            f"事项 {code} 没有第 {version} 版，最新为第 {latest} 版。",
            f"Item {code} has no version {version}; the latest is {latest}.",
            code=code,
            version=version,
            latest_version=latest,
        )
    return ItemNoLongerOffered(
        f"事项 {code} 已停办；停办前的第 {latest} 版可用 ?version={latest} 查看。",
        f"Item {code} is no longer offered; see its last version with ?version={latest}.",
        code=code,
        latest_version=latest,
    )


async def _check_branch(uow: UnitOfWork, reader: CatalogueReader, branch: str) -> None:
    known = [row["code"] for row in await reader.branches(uow)]
    if branch not in known:
        zh, en = f"branch 可取：{'、'.join(known)}", f"branch is one of {', '.join(known)}"
        raise UnknownFilterValue(f"{zh}。", f"{en}.", allowed=known)
