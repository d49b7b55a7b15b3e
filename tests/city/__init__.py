"""The whole platform inside a test, and the people on it."""

from .people import LIMITS_OPEN, City, complaints, open_city

__all__ = ["LIMITS_OPEN", "City", "complaints", "open_city"]
