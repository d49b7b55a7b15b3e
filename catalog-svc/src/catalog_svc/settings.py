"""The settings of the catalogue."""

from pathlib import Path

from chassis.settings import ServiceSettings
from pydantic import Field


class CatalogSettings(ServiceSettings):
    catalogue_folder: Path | None = Field(
        default=None, description="imported at start; the packaged one by default"
    )
