"""Which passwords are refused (NIST SP 800-63B: length and a block list, no rules about kinds of characters)."""

from typing import Final

MIN_LENGTH: Final = 8
MAX_LENGTH: Final = 128
_COMMON: Final = frozenset(
    "12345678 123456789 1234567890 0123456789 87654321 987654321 11111111 00000000 88888888 66666666 12344321 "
    "11223344 123123123 147258369 1qaz2wsx 1q2w3e4r 1q2w3e4r5t qwertyui qwertyuiop asdfghjk asdfghjkl zxcvbnm1 "
    "password password1 passw0rd p@ssw0rd admin123 admin888 woaini1314 5201314520 iloveyou abc12345 abcd1234 "
    "a1234567 a12345678 a123456789 aa123456 qq123456 123456aa 123456abc abcdefgh".split()
)


def is_suitable(password: str, *, identifier: str) -> bool:
    """Whether `password` may protect the account that logs in as `identifier` (phone digits or badge number)."""
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        return False
    folded = password.casefold()
    return folded not in _COMMON and len(set(folded)) > 2 and identifier.casefold() not in folded
