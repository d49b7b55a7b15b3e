"""One module a topic: payload → use case."""
