"""The one door: routing, limits, token check, the merged API document."""
