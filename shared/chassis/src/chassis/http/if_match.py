"""`If-Match` where an aggregate's version is its entity tag."""

import re
from typing import Annotated, Final

from fastapi import Depends, Header

from ..problems import FieldError, InvalidInput

_ENTITY_TAG: Final = re.compile(r'^(?:W/)?"?([0-9]{1,9})"?$')


async def _if_match(
    header: Annotated[
        str | None,
        Header(alias="If-Match", description='版本号，如 "3" · the version you saw', max_length=40),
    ] = None,
) -> int | None:
    if header is None:
        return None
    found = _ENTITY_TAG.match(header.strip())
    if found is None:
        raise InvalidInput(
            'If-Match 应为版本号，如 "3"。',
            'If-Match must be a version, such as "3".',
            errors=[FieldError("If-Match", "不是版本号", "not a version")],
        )
    return int(found[1])


IfMatch = Annotated[int | None, Depends(_if_match)]
"""The version that the caller saw; None where they do not say."""
