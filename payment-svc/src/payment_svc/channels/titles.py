"""What payers read of a channel."""

from pydantic import BaseModel, ConfigDict


class Titled(BaseModel):
    """`title` (Chinese) and `title_en` name the bank or wallet to who chooses it; else its key in the document does."""

    model_config = ConfigDict(extra="forbid")

    title: str | None = None
    title_en: str | None = None
