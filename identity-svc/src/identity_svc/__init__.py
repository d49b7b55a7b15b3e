"""Accounts, officers, the organisation, tokens and keys."""
