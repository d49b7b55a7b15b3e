"""Bills: days, differences, decisions, export."""
