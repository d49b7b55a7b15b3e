"""What a case is and may do: no IO, no framework."""
