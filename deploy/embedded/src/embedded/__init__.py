"""The bare-machine stack: PostgreSQL, Valkey, broker, sandbox, services under one supervisor."""
