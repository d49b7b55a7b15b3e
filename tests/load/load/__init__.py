"""The benchmark: whole cases through the gateway, and what they cost in CPU, time and memory."""
