"""Clients, pending log-ins, grants, consents: the provider's tables."""
