"""The second factor of officers: asked at the log-in, enrolled, used, replaced, reset."""
