"""Changing keys while the platform runs: what is sealed is sealed again, hashes to find people by change columns."""

from .columns import LookupColumn, PassingHash, SealedColumn
from .targets import Progress, Step, Target

__all__ = ["LookupColumn", "PassingHash", "Progress", "SealedColumn", "Step", "Target"]
