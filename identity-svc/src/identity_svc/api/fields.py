"""Fields that several bodies have, read strictly; what is wrong with them is said all at once."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from chassis.clock import SHANGHAI, now
from chassis.problems import FieldError, InvalidInput
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, StringConstraints

from ..domain.codes import TypedCode
from ..domain.officers import read_badge
from ..domain.passwords import MAX_LENGTH
from ..domain.personal import read_id_number, read_phone, read_uscc

Phone = Annotated[str, StringConstraints(max_length=32)]
OneTimeCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]
CodeTicket = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$")]
Password = Annotated[str, StringConstraints(min_length=1, max_length=MAX_LENGTH)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=50)]
IdNumber = Annotated[str, StringConstraints(max_length=32)]
Uscc = Annotated[str, StringConstraints(max_length=32)]
Badge = Annotated[str, StringConstraints(min_length=1, max_length=32)]

_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9:.]+([Zz]|[+-][0-9:]+)")


def _iso(moment: object) -> object:
    """Else `0` would be read as 1970."""
    if not isinstance(moment, datetime) and not (isinstance(moment, str) and _MOMENT.fullmatch(moment)):
        raise ValueError("时间应带时区，如 2026-12-01T08:30:00+08:00 · a moment has a time zone")
    return moment


Moment = Annotated[AwareDatetime, BeforeValidator(_iso)]

_DOTS = str.maketrans("•‧∙⋅・．.", "·" * 7)


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Reader:
    """Gathers every wrong field before refusing any."""

    def __init__(self) -> None:
        self._errors: list[FieldError] = []

    def phone(self, text: str) -> str:
        """As E.164."""
        return self._read(read_phone(text), "/phone", "请输入有效的手机号", "not a mobile number")

    def phone_at(self, path: str, text: str) -> str:
        """As E.164; somebody else's, which stands elsewhere in the body."""
        return self._read(read_phone(text), path, "请输入有效的手机号", "not a mobile number")

    def badge(self, text: str) -> str:
        return self._read(read_badge(text), "/badge_no", "警号格式不对", "not a badge number")

    def id_number(self, text: str) -> str:
        number = read_id_number(text, now().astimezone(SHANGHAI).date())
        return self._read(
            number, "/id_number", "请输入有效的18位居民身份证号", "not a resident identity number"
        )

    def uscc(self, text: str) -> str:
        return self._read(read_uscc(text), "/uscc", "请输入有效的18位统一社会信用代码", "not a credit code")

    def name(self, text: str) -> str:
        """With the dot of names such as 阿依古丽·买买提 written in one way."""
        name = text.translate(_DOTS)
        return self._read(
            name if name.isprintable() else None, "/name", "姓名中有不能识别的字符", "not a name"
        )

    def typed_code(self, code: str | None, ticket: str | None) -> TypedCode | None:
        """Both or neither: a code is good with the ticket that was answered when it was asked for."""
        if code is None and ticket is None:
            return None
        if code is None:
            self.refuse("/code", "请填写短信验证码", "the code by SMS is missing")
        if ticket is None:
            self.refuse(
                "/code_ticket",
                "请一并提交获取验证码时返回的 code_ticket",
                "give the code_ticket that was answered when the code was asked for",
            )
        return TypedCode(code or "", ticket or "")

    def refuse(self, path: str, zh: str, en: str) -> None:
        self._errors.append(FieldError(path, zh, en))

    def done(self) -> None:
        """Raises InvalidInput if anything was wrong."""
        if self._errors:
            raise InvalidInput(
                "填写的内容有误，请按 errors 中的提示逐项修改。",
                "Some of what was sent is wrong; correct what `errors` lists.",
                errors=self._errors,
            )

    def _read(self, value: str | None, path: str, zh: str, en: str) -> str:
        if value is None:
            self.refuse(path, zh, en)
        return value or ""


def reading(read: Callable[[Reader], str]) -> str:
    """One field on its own; raises InvalidInput."""
    reader = Reader()
    value = read(reader)
    reader.done()
    return value
