"""Fen inside, yuan where people read."""


def yuan(amount_cents: int) -> str:
    """`amount_cents` as people write it: 2000 → `20.00`."""
    sign = "-" if amount_cents < 0 else ""
    whole, cents = divmod(abs(amount_cents), 100)
    return f"{sign}{whole}.{cents:02d}"
