"""The five levels and the online indicators of 好差评 (GB/T 39735-2020), as names.

Names, never numbers: two directions are in use, one with 1 for the best and one with 1 for the worst.
Whoever exchanges with another system maps at that border.
"""

from enum import StrEnum
from typing import Final


class Level(StrEnum):
    VERY_SATISFIED = "very_satisfied"
    SATISFIED = "satisfied"
    FAIRLY_SATISFIED = "fairly_satisfied"
    DISSATISFIED = "dissatisfied"
    VERY_DISSATISFIED = "very_dissatisfied"


class Indicator(StrEnum):
    """What a tag is about, when served online."""

    EFFICIENCY = "efficiency"
    GUIDE_ACCURACY = "guide_accuracy"
    CONVENIENCE = "convenience"
    USABILITY = "usability"


CONTENT: Final = (Level.VERY_SATISFIED, Level.SATISFIED, Level.FAIRLY_SATISFIED)
"""The levels that count as satisfied; the other two are 差评."""

LEVEL_NAMES: Final[dict[Level, tuple[str, str]]] = {
    Level.VERY_SATISFIED: ("非常满意", "Very satisfied"),
    Level.SATISFIED: ("满意", "Satisfied"),
    Level.FAIRLY_SATISFIED: ("基本满意", "Fairly satisfied"),
    Level.DISSATISFIED: ("不满意", "Dissatisfied"),
    Level.VERY_DISSATISFIED: ("非常不满意", "Very dissatisfied"),
}

INDICATOR_NAMES: Final[dict[Indicator, tuple[str, str]]] = {
    Indicator.EFFICIENCY: ("办事效率", "Efficiency"),
    Indicator.GUIDE_ACCURACY: ("办事指南精确度", "Accuracy of the guide"),
    Indicator.CONVENIENCE: ("办事便捷度", "Convenience"),
    Indicator.USABILITY: ("平台操作性", "Usability of the platform"),
}

_PRAISE: Final = {
    Indicator.EFFICIENCY: ("办事效率高", "Handled quickly"),
    Indicator.GUIDE_ACCURACY: ("办事指南准确", "The guide was right"),
    Indicator.CONVENIENCE: ("办事便捷", "Easy to get done"),
    Indicator.USABILITY: ("平台好操作", "Easy to use"),
}
_BLAME: Final = {
    Indicator.EFFICIENCY: ("办事效率低", "Handled slowly"),
    Indicator.GUIDE_ACCURACY: ("办事指南不准确", "The guide was wrong"),
    Indicator.CONVENIENCE: ("办事不便捷", "Hard to get done"),
    Indicator.USABILITY: ("平台不好操作", "Hard to use"),
}

TAGS: Final[dict[Level, dict[Indicator, tuple[str, str]]]] = {
    Level.VERY_SATISFIED: _PRAISE,
    Level.SATISFIED: _PRAISE,
    Level.FAIRLY_SATISFIED: INDICATOR_NAMES,
    Level.DISSATISFIED: _BLAME,
    Level.VERY_DISSATISFIED: _BLAME,
}
"""How each indicator reads beside each level. What is stored is the indicator."""


def satisfaction_rate(counts: dict[Level, int]) -> float | None:
    """Share of the content levels, rounded to 0.0001; None where nobody voted."""
    total = sum(counts.values())
    return round(sum(counts[level] for level in CONTENT) / total, 4) if total else None
