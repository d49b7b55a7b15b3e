"""Parity: an owner counts and hashes what happened on a day and publishes it; others hold theirs against it.

`TallyDays` publishes, `keep_tally` hears, `hours_apart` says where two differ, `OwnersFacts` asks for the single ones.
"""

from .asking import OwnersFacts
from .comparing import Apart, apart, hours_apart
from .days import Hour, bounds
from .fact import Fact, FactMember
from .kept import KeptTally, keep_tally, kept_tallies
from .tables import add_tally_table, create_tally_table, drop_tally_table
from .tallying import TallyDays

__all__ = [
    "Apart",
    "Fact",
    "FactMember",
    "Hour",
    "KeptTally",
    "OwnersFacts",
    "TallyDays",
    "add_tally_table",
    "apart",
    "bounds",
    "create_tally_table",
    "drop_tally_table",
    "hours_apart",
    "keep_tally",
    "kept_tallies",
]
