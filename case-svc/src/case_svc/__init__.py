"""Applications from draft to document: states, decisions, clocks, queues."""
