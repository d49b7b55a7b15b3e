"""The export of all that is kept of a person."""
