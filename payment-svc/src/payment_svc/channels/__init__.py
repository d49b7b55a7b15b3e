"""The outside: payment providers, one folder each, and the systems an order is priced by."""
