"""China Construction Bank: orders by URL, notices by GET, and an interface that is assumed."""
