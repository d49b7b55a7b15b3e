"""The second factor over HTTP."""
