"""The settings of the catalogue."""

from chassis.settings import ServiceSettings
from pydantic import DirectoryPath, Field


class CatalogSettings(ServiceSettings):
    catalogue_folder: DirectoryPath | None = Field(
        default=None, description="imported at start; the packaged one by default"
    )
