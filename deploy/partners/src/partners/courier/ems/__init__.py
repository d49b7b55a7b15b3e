"""EMS: the open API of China Post's contract customers, as far as public code shows it. PROTOCOL.md §5.1."""
