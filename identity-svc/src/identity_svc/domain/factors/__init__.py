"""What proves an officer besides the password: one-time codes, recovery codes, devices they trust."""
