"""What a service item (事项) is, what it must obey, and how it reads. No IO, no framework."""
