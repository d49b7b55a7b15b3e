"""Second factors and trusted devices at rest."""
