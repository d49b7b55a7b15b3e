"""Recovery codes: for whoever lost the phone. Eighty random bits each, so a plain hash of them tells nothing."""

import hashlib
import re
import secrets
from typing import Final
from uuid import UUID

COUNT: Final = 10
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH: Final = 16
_SHAPE: Final = re.compile(f"[{_ALPHABET}]{{{_LENGTH}}}")
_MISREAD: Final = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})


def new_codes() -> list[str]:
    """`COUNT` codes such as `7ZK2-…`: without letters that are taken for digits."""
    return [new_code() for _ in range(COUNT)]


def new_code() -> str:
    text = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
    return "-".join(text[at : at + 4] for at in range(0, _LENGTH, 4))


def code_hash(owner_id: UUID, typed: str) -> bytes | None:
    """What is stored of a code, however it was typed; None for what is none."""
    code = typed.strip().upper().translate(_MISREAD)
    return hashlib.sha256(owner_id.bytes + code.encode()).digest() if _SHAPE.fullmatch(code) else None
