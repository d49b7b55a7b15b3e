"""The REST API: bodies are checked here, everything else is a use case."""
