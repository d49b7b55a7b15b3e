"""Which sessions and mandates ended while tokens that name them are still about: heard of in three ways."""
