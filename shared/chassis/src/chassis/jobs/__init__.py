"""Work that is due at a time: a table in the service's own database, many instances, each job once."""

from .begin import Begin
from .job import Job

__all__ = ["Begin", "Job"]
