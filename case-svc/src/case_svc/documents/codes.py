"""Verification codes (核验码): what stands under the QR, typed by people who hold a paper."""

import re
import secrets
import unicodedata
from typing import Final

_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base32: no I, L, O, U
_LENGTH: Final = 26  # 130 bits
_CODE: Final = re.compile(f"[{_ALPHABET}]{{{_LENGTH}}}")
_TYPED: Final = str.maketrans(
    {"O": "0", "I": "1", "L": "1", "-": None, " ": None, "\u3000": None, "\u2014": None}
)
_LONGEST_TYPED: Final = 80


def new_code() -> str:
    """26 characters that cannot be guessed."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))


def grouped(code: str) -> str:
    """As it is printed: `7K3M9-Q4XYT-…`, groups of 5 and a last of 6."""
    return "-".join((*(code[start : start + 5] for start in range(0, 20, 5)), code[20:]))


def read_code(typed: str) -> str | None:
    """The code somebody typed, forgiving case, spaces, O for 0 and l for 1; None for what cannot be one."""
    if len(typed) > _LONGEST_TYPED:
        return None
    code = unicodedata.normalize("NFKC", typed).upper().translate(_TYPED)
    return code if _CODE.fullmatch(code) else None
