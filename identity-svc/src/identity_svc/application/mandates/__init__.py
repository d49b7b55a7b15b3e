"""Use cases of mandates: offered, answered, ended, and acted by."""
