"""SF Express: the 丰桥 interface `std/service`, as far as public code shows it. PROTOCOL.md §5.2."""
