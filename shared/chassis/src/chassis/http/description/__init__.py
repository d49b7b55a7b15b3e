"""The API document of a service: what FastAPI knows of its routes, and what only their code tells.

Every operation gets a summary in both languages, a name good for a function, who may call it, the problems it can
answer with, and examples that fit its schemas.
"""

from .problems import raises
from .roles import allowed_roles, providers_of
from .whole import describe

__all__ = ["allowed_roles", "describe", "providers_of", "raises"]
