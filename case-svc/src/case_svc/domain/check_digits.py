"""What a schema cannot check: numbers that carry check digits."""

from collections.abc import Callable
from typing import Final

from stdnum.cn import ric, uscc
from stdnum.exceptions import ValidationError

_VIN_VALUES: Final = {
    **{str(digit): digit for digit in range(10)},
    **{letter: value for value, letter in enumerate("ABCDEFGH", start=1)},
    **{letter: value for value, letter in enumerate("JKLMN", start=1)},
    **{"P": 7, "R": 9},
    **{letter: value for value, letter in enumerate("STUVWXYZ", start=2)},
}
_VIN_WEIGHTS: Final = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


def is_id_number(text: str) -> bool:
    """A citizen's number (公民身份号码): its date and check digit.

    Its area is not looked up: codes of abolished counties stay in people's numbers.
    """
    number = text.upper()
    if len(number) != 18 or not (number[:17].isascii() and number[:17].isdigit()):
        return False
    try:
        ric.get_birth_date(number)
    except (ValidationError, ValueError):
        return False
    return number[-1] == ric.calc_check_digit(number)


def is_uscc(text: str) -> bool:
    """A unified social credit code (统一社会信用代码)."""
    return bool(uscc.is_valid(text))


def is_vin(text: str) -> bool:
    """A vehicle identification number with its check digit in the ninth place (GB 16735)."""
    if len(text) != 17 or any(character not in _VIN_VALUES for character in text):
        return False
    weighted = zip(text, _VIN_WEIGHTS, strict=True)
    rest = sum(_VIN_VALUES[character] * weight for character, weight in weighted) % 11
    return text[8] == ("X" if rest == 10 else str(rest))


CHECKS: Final[dict[str, tuple[Callable[[str], bool], str, str]]] = {
    "id_number": (is_id_number, "公民身份号码不正确，请核对每一位", "not a valid citizen's ID number"),
    "uscc": (is_uscc, "统一社会信用代码不正确，请核对每一位", "not a valid unified social credit code"),
    "vin": (is_vin, "车辆识别代号不正确，请核对每一位", "not a valid vehicle identification number"),
}
"""By `x-widget` of the form: the check and what to say when it fails."""
