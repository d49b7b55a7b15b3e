"""Shipments both ways and their tracking."""
