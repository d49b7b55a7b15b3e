"""The partners: the SMS operator and the real-name registry."""
