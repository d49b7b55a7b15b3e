"""The bank channel: calls, mapping and verification by the bank's protocol.

The protocol is an assumption until a bank's own is signed; the partner sandbox plays it.
"""
