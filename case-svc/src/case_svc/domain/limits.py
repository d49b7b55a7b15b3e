"""How long everybody has, in days, and how much fits into a case."""

from typing import Final

RESPONSE_WORKING_DAYS: Final = 2
"""From receipt to the first acceptance, rejection or supplement request: what the platform promises."""

DEEMED_ACCEPTANCE_WORKING_DAYS: Final = 5
"""From receipt; silence beyond it accepts (行政许可法 §32)."""

PAYMENT_WORKING_DAYS: Final = 15
PRODUCTION_WORKING_DAYS: Final = 5

MATERIALS_PER_CASE: Final = 20
MATERIAL_BYTES: Final = 10 * 1024 * 1024
