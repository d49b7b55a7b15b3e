"""Finished cases of the past thirteen months, filled in through COPY as if they had been lived.

The path of each case is walked by case-svc's own domain functions, so that states, history, events and
deadlines are those the service itself would have written; nothing of it is said twice here.
"""

from .fill import seed

__all__ = ["seed"]
