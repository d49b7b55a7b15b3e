"""Mandates (授权): somebody acts for somebody else, as far and as long as was said."""
