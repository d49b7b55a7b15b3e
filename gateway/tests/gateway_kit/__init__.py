"""Real sockets on both sides of a real gateway: scripted services behind it, bytes in front of it."""
