"""Amounts in Chinese capital characters (大写金额), as receipts and cheques carry them.

By the People's Bank's rules for filling in bills (正确填写票据和结算凭证的基本规定): 整 after whole yuan, one 零 for
zeros between digits, 拾 never without its 壹. Of two ways that they allow, always the same one is taken.
"""

from typing import Final

_DIGITS: Final = "零壹贰叁肆伍陆柒捌玖"
_PLACES: Final = ("仟", "佰", "拾", "")
_GROUPS: Final = ("", "万", "亿", "万亿")


def in_capitals(amount_cents: int) -> str:
    """`2000` → `贰拾元整`, `140950` → `壹仟肆佰零玖元伍角`, `5` → `伍分`. From 0 to below ten trillion yuan."""
    if not 0 <= amount_cents < 10**15:
        raise ValueError("no amount that receipts carry")
    yuan, cents = divmod(amount_cents, 100)
    jiao, fen = divmod(cents, 10)
    text = f"{_whole(yuan)}元" if yuan else ""
    if not cents:
        return f"{text or '零元'}整"
    if yuan and not jiao:
        text += "零"
    return text + (f"{_DIGITS[jiao]}角" if jiao else "") + (f"{_DIGITS[fen]}分" if fen else "")


def _whole(yuan: int) -> str:
    groups = []
    while yuan:
        yuan, group = divmod(yuan, 10_000)
        groups.append(group)
    text, ends_in_zero = "", False
    for rank in reversed(range(len(groups))):
        group = groups[rank]
        if group:
            text += "零" if text and (ends_in_zero or group < 1_000) else ""
            text += _group(group) + _GROUPS[rank]
        ends_in_zero = group % 10 == 0
    return text


def _group(group: int) -> str:
    """Of at most four digits, without a leading 零."""
    text, skipped = "", False
    for digit, place in zip(f"{group:04d}", _PLACES, strict=True):
        if digit == "0":
            skipped = bool(text)
            continue
        text += ("零" if skipped else "") + _DIGITS[int(digit)] + place
        skipped = False
    return text
