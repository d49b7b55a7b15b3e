"""What this service answers over HTTP."""
