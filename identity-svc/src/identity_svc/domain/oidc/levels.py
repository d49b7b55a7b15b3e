"""Assurance levels as `acr`, and how sessions were authenticated.

0 nothing is known of the person, 1 a phone is theirs, 2 name and number match the registry, 3 their face was matched,
4 they came to a window or hold a certificate. An officer was identified by the office that appointed them: level 4.
`acr` speaks of who somebody is; how they logged in this time stands in `amr`.
"""

from typing import Final

from ..accounts import Subject

HIGHEST: Final = 4
_URN: Final = "urn:police-platform:level:"
ACR_VALUES: Final = tuple(f"{_URN}{level}" for level in range(HIGHEST + 1))


def level_of(subject: Subject) -> int:
    return HIGHEST if subject.is_officer else subject.ial


def acr(level: int) -> str:
    """`urn:police-platform:level:2`."""
    return ACR_VALUES[level]


def lowest_asked(acr_values: str) -> int:
    """The level that satisfies `acr_values`: the lowest one named; those we do not know say nothing."""
    asked = [ACR_VALUES.index(value) for value in acr_values.split() if value in ACR_VALUES]
    return min(asked, default=0)
