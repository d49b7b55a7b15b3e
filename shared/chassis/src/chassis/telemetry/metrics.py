"""Prometheus metrics every service has. Labels are route templates and names, never ids."""

from prometheus_client import Counter, Gauge, Histogram

_SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10)

REQUESTS = Histogram(
    "http_request_seconds", "Time to answer a request", ["method", "route", "status"], buckets=_SECONDS
)
RELAY_LEADS = Gauge("relay_leads", "1 where this process relays its service's outbox")
RELAY_SENT = Counter("relay_sent_total", "Events sent to the broker")
EVENTS_APPLIED = Counter("events_applied_total", "Events applied through the inbox", ["type"])
EVENTS_PARKED = Counter("events_parked_total", "Events set aside because handling them failed", ["type"])
EVENT_HOP = Histogram(
    "event_hop_seconds", "From the producer's transaction to the effect here", buckets=_SECONDS
)
JOBS_RUN = Counter("jobs_run_total", "Jobs run", ["kind", "outcome"])
