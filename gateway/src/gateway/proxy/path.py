"""Paths that two programs could read differently are refused: what we check is what the service sees."""

import re

from starlette.types import Scope

from .refusals import BadPath

# Empty and dot segments, backslashes and control characters, also where they came escaped.
_BAD_DECODED = re.compile(r"//|/\.\.?(?:/|\Z)|[\x00-\x1f\x7f\\]")
# Some read an escaped slash or backslash as a separator and unescape what comes of an escaped percent sign.
_BAD_RAW = re.compile(rb"%(?:2f|5c|25)", re.IGNORECASE)


def refuse_ambiguous(scope: Scope) -> None:
    """Raises BadPath for dot segments, empty segments, escaped separators and control characters."""
    if _BAD_DECODED.search(scope["path"]) or _BAD_RAW.search(scope["raw_path"]):
        raise BadPath(
            "地址含有不允许的部分，请核对链接。", "The address has a part that is not allowed; check it."
        )


def target(scope: Scope) -> bytes:
    """Path and query as they came."""
    raw: bytes = scope["raw_path"]
    return raw + b"?" + scope["query_string"] if scope["query_string"] else raw
