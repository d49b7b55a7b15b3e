"""How a service runs: outbox, inbox, Kafka, database, jobs, auth, problems, settings, telemetry."""
