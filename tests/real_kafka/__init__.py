"""Apache Kafka itself, for the tests that must not rest on the embedded broker alone."""
