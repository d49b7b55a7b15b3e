"""Which passwords are refused: by length and a block list, not by kinds of characters (NIST SP 800-63B)."""

from typing import Final

MIN_LENGTH: Final = 8
MAX_LENGTH: Final = 128
_COMMON_TEXT: Final = """
12345678 123456789 1234567890 0123456789 87654321 987654321 11111111 00000000 88888888 66666666
12344321 11223344 123123123 147258369 1qaz2wsx 1q2w3e4r 1q2w3e4r5t qwertyui qwertyuiop asdfghjk
asdfghjkl zxcvbnm1 password password1 passw0rd p@ssw0rd admin123 admin888 woaini1314 5201314520
iloveyou abc12345 abcd1234 a1234567 a12345678 a123456789 aa123456 qq123456 123456aa 123456abc
abcdefgh
"""
_COMMON: Final = frozenset(_COMMON_TEXT.split())


def is_suitable(password: str, *, identifier: str) -> bool:
    """Whether `password` may protect the account of `identifier` (the phone's digits or the badge number)."""
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        return False
    folded = password.casefold()
    return folded not in _COMMON and len(set(folded)) > 2 and identifier.casefold() not in folded
