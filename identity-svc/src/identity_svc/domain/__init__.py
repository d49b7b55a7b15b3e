"""Accounts, officers, sessions, keys and the organisation: the rules, without IO or framework."""
