"""Receipts over HTTP: of an order, as a paper, and checked by anybody."""
