"""`search.yaml` → the words people use."""

from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, StringConstraints

from ..domain.search_keys import SearchWords

_Reading = Annotated[str, StringConstraints(pattern=r"^[a-z]+( [a-z]+)*$")]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    readings: dict[str, list[_Reading]]
    synonyms: dict[str, list[str]]


def read_search_words(path: Path) -> SearchWords:
    """Raises ValidationError or YAMLError: the file is packaged, a wrong one is a bug of the release."""
    content = _File.model_validate(yaml.load(path.read_bytes(), yaml.CSafeLoader))
    overrides = {
        phrase: [tuple(reading.split()) for reading in readings]
        for phrase, readings in content.readings.items()
    }
    return SearchWords(overrides, content.synonyms)
