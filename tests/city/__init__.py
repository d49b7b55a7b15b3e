"""The whole platform inside a test, and the people on it."""

from clients import python_client

python_client.make_current()  # before anything imports it: whoever changed a route tests against what it is now

from .people import LIMITS_OPEN, City, complaints, open_city  # noqa: E402

__all__ = ["LIMITS_OPEN", "City", "complaints", "open_city"]
