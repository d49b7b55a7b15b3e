"""The content of a service item, as editors write it: the shape only; what must hold of it is in `rules`."""

from typing import Annotated, Any, Final, Literal, get_args

from contracts.catalog import AmountSource, Applicant, Delivery, HandledAt, OnlineClass, Step
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.functional_validators import AfterValidator
from pydantic_core import PydanticCustomError

FieldType = Literal[
    "string",
    "enum",
    "date",
    "address",
    "uscc",
    "boolean",
    "integer",
    "number",
    "plate_no",
    "vin",
    "file",
    "id_number",
    "phone",
]
Kind = Literal[
    "行政许可",
    "行政确认",
    "行政给付",
    "行政奖励",
    "行政裁决",
    "行政征收",
    "行政处罚",
    "行政强制",
    "行政检查",
    "其他行政权力",
    "公共服务",
]
"""The kinds of government service items, as the national catalogue names them."""
KINDS: Final[tuple[str, ...]] = get_args(Kind)


def _printable(text: str) -> str:
    if text != text.strip() or any(ord(character) < 32 or ord(character) == 127 for character in text):
        raise PydanticCustomError("unprintable", "has control characters or spaces at its ends")
    return text


USUAL_IAL: Final = 2
"""The level that submitting takes where an item says nothing else: the applicant's name and number are known."""

Word = Annotated[str, StringConstraints(min_length=1, max_length=120), AfterValidator(_printable)]
Sentence = Annotated[str, StringConstraints(min_length=1, max_length=1000), AfterValidator(_printable)]
Fen = Annotated[int, Field(ge=0, le=100_000_000)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Material(_Part):
    """One thing to hand in (材料)."""

    name: Word
    form: Literal["electronic", "original", "copy"]
    source: Literal["applicant", "shared_data", "agency_form"]
    required: bool
    note: Sentence | None = None


class FormField(_Part):
    """One question of the form. `enum` and `max_length` belong to some types only (see the rules)."""

    key: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    label: Word
    type: FieldType
    required: bool
    enum: list[Word] | None = None
    max_length: Annotated[int, Field(ge=1, le=4000)] | None = None


class Answered(_Part):
    """A frequent question with its answer."""

    q: Sentence
    a: Sentence


class Reminder(_Part):
    """Before a document runs out its holder is reminded, this many days ahead."""

    document: Word
    days_before: Annotated[list[Annotated[int, Field(ge=1, le=366)]], Field(min_length=1)]


class ItemContent(_Part):
    """Everything an editor decides of an item. Money in fen, `promised_days` working days (0: at once).

    `min_ial`: 1 phone, 2 name and number, 3 face, 4 window; README.md beside the data says which items take what.
    `id_bound`: what is sent is handed to the named person, against the ID card.
    """

    code: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2,16}-\d{3}$")]
    name: Word
    name_en: Word
    department: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2,16}$")]
    online_class: OnlineClass
    kind: Kind
    applicant: Applicant
    handled_at: HandledAt
    legal_basis: Annotated[list[Sentence], Field(min_length=1, max_length=30)]
    conditions: Annotated[list[Sentence], Field(max_length=50)]
    materials: Annotated[list[Material], Field(max_length=50)]
    form_fields: Annotated[list[FormField], Field(max_length=60)]
    steps: Annotated[list[Step], Field(min_length=1, max_length=9)]
    approval_levels: Annotated[int, Field(ge=0, le=3)]
    statutory_days: Annotated[int, Field(ge=1, le=1000)] | None
    statutory_unit: Literal["working", "calendar"] | None
    promised_days: Annotated[int, Field(ge=0, le=1000)]
    fee_cents: Fen
    fee_basis: Sentence | None
    amount_source: AmountSource | None
    amount_min_cents: Fen | None
    amount_max_cents: Fen | None
    delivery: Delivery
    delivery_free: bool
    result: Word | None
    result_valid_months: Annotated[int, Field(ge=1, le=1200)] | None
    remedy: bool
    faq: Annotated[list[Answered], Field(max_length=50)]
    reminder: Reminder | None
    min_ial: Annotated[int, Field(ge=0, le=4)] = USUAL_IAL
    id_bound: bool = True

    def as_json(self) -> dict[str, Any]:
        """The content as plain JSON values; parts that were left out stay out."""
        return self.model_dump(mode="json", exclude_unset=True)
