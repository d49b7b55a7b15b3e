"""What this service hears: one module a topic."""
