"""The gateway's metrics."""

from prometheus_client import Counter, Gauge, Histogram

PROXIED = Histogram(
    "gateway_request_seconds",
    "From request to the last byte of its answer",
    ["route", "method", "status"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60),
)
LIMITED = Counter("gateway_limited_total", "Requests refused for coming too fast", ["by"])
REVOCATION_LOOKS = Counter(
    "gateway_revocation_looks_total", "Looks for revoked sessions and mandates", ["channel", "outcome"]
)
REVOCATION_AGE = Gauge(
    "gateway_revocation_view_age_seconds", "Since the last look that was complete, by any channel"
)
REVOCATIONS = Gauge("gateway_revocations", "Revocations remembered")
LIMITS_OPEN = Counter(
    "gateway_limits_open_total", "Requests that no gateway but this one counted, Redis being away"
)
CIRCUIT = Gauge("gateway_circuit_state", "0 closed, 1 half open, 2 open", ["service", "instance"])
CIRCUIT_OPENED = Counter("gateway_circuit_opened_total", "Circuits that opened", ["service", "instance"])
READY = Gauge("gateway_instance_ready", "1 where the last health checks passed", ["service", "instance"])
REFUSED_OPEN = Counter("gateway_refused_open_total", "Requests refused for open circuits", ["service"])
SENT_ELSEWHERE = Counter(
    "gateway_sent_elsewhere_total",
    "Requests sent to another instance, the first being out of reach",
    ["service"],
)
