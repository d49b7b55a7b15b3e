"""The gateway's metrics."""

from prometheus_client import Counter, Histogram

PROXIED = Histogram(
    "gateway_request_seconds",
    "From request to the last byte of its answer",
    ["route", "method", "status"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60),
)
LIMITED = Counter("gateway_limited_total", "Requests refused for coming too fast", ["by"])
LIMITS_OPEN = Counter("gateway_limits_open_total", "Requests let through because Redis did not answer")
