"""What identifies people and companies: reading it strictly, showing it masked."""

from dataclasses import dataclass
from datetime import date

import phonenumbers
from stdnum.cn import ric, uscc
from stdnum.exceptions import ValidationError

_PHONE_KINDS = {phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE}


def read_phone(text: str) -> str | None:
    """The mobile number in `text` as E.164; without a prefix it is a mainland one. None if it is none."""
    try:
        number = phonenumbers.parse(text, "CN")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number) or phonenumbers.number_type(number) not in _PHONE_KINDS:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def dialled(phone: str) -> str:
    """An E.164 number as people here write it: 11 digits in the mainland, else with its `+`."""
    return phone.removeprefix("+86")


def read_id_number(text: str, today: date) -> str | None:
    """The resident identity number in `text`, upper-case; None if its date or check digit is wrong.

    Its county is not looked up: numbers outlive the counties they name, and were given out years after birth,
    so a table of codes by year refuses real people.
    """
    number = ric.compact(text).upper()
    if len(number) != 18 or not (number[:17].isascii() and number[:17].isdigit()):
        return None
    try:
        born = ric.get_birth_date(number)
    except (ValidationError, ValueError):
        return None
    return number if born <= today and number[-1] == ric.calc_check_digit(number) else None


def read_uscc(text: str) -> str | None:
    """The unified social credit code in `text`, upper-case; None if it is not one."""
    try:
        return uscc.validate(text)
    except (ValidationError, ValueError):
        return None


def mask_name(name: str) -> str:
    """`张**`: the first character stays."""
    return name[:1] + "*" * max(1, len(name) - 1)


def mask_phone(phone: str) -> str:
    """`138****0001`, of a number as `dialled` writes it or with its prefix."""
    digits = dialled(phone)
    return digits[:3] + "****" + digits[-4:]


def mask_id_number(number: str) -> str:
    """`6101**********1234`."""
    return number[:4] + "*" * (len(number) - 8) + number[-4:]


@dataclass(frozen=True, slots=True)
class Personal:
    """An account's personal data, sealed at rest as one blob. `phone` is E.164; a ward's account has none."""

    phone: str | None
    name: str | None = None
    id_number: str | None = None
