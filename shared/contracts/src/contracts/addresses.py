"""Where parcels go, as services hand it to each other by id and people type it. Never in an event, never in a log.

The limits are those of the address in an item's form, so that what is taken here fits every form.
"""

import re
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

_UNPRINTABLE: Final = re.compile(r"[\x00-\x1f\x7f]")
_PHONE: Final = re.compile(
    r"((\+86-?)?1[3-9][0-9]{9}|0[0-9]{2,3}-?[0-9]{7,8}(-[0-9]{1,6})?|(400|800)-?[0-9]{3}-?[0-9]{4}|\+[0-9]{6,15})"
)


def _printable(text: str) -> str:
    if _UNPRINTABLE.search(text):
        raise ValueError("含有不能识别的字符 · contains control characters")
    return text


def _filled(value: Any) -> Any:
    if isinstance(value, str) and not value.strip():
        raise ValueError("必填，不能为空 · must not be empty")
    return value


def _phone(text: str) -> str:
    plain = text.replace(" ", "")
    if not _PHONE.fullmatch(plain):
        raise ValueError(
            "请输入有效的手机号或带区号的固定电话 · not a mobile number, nor one with its area code"
        )
    return plain


_Printable = AfterValidator(_printable)
_Filled = BeforeValidator(_filled)
_Region = Annotated[str, _Filled, StringConstraints(strip_whitespace=True, max_length=50), _Printable]


class PostalAddress(BaseModel):
    """收寄件地址 · a place that parcels go to or come from, with whom to ask for there."""

    model_config = ConfigDict(extra="forbid")

    province: _Region = Field(description="省、自治区、直辖市 · never empty: couriers refuse it")
    city: _Region = Field(description="市、州、盟；直辖市重复其名 · a municipality repeats its name")
    county: Annotated[str, StringConstraints(strip_whitespace=True, max_length=50), _Printable] = Field(
        "", description="区、县；东莞、儋州等没有 · empty where a city has none"
    )
    address: Annotated[
        str, _Filled, StringConstraints(strip_whitespace=True, min_length=2, max_length=200), _Printable
    ] = Field(description="街道、门牌 · street and number")
    name: _Region = Field(description="收寄件人 · whom to ask for")
    phone: Annotated[str, _Filled, StringConstraints(max_length=30), AfterValidator(_phone)]


def masked_person(name: str, phone: str, address: str) -> tuple[str, str, str]:
    """Enough for its owner to recognise, too little for anybody else: 张*, 138****5678, 小寨路***."""
    return (
        name[:1] + "*" * max(1, len(name) - 1),
        phone[:3] + "****" + phone[-4:] if len(phone) >= 8 else "****",
        address[:3] + "***",
    )
