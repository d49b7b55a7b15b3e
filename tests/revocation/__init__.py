"""Revocations on their way from identity-svc to the gateway, over each of the three channels and none."""
