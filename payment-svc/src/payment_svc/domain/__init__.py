"""What an order, a capture and a refund may become. No IO, no framework."""
