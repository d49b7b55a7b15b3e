"""What there must be so that every operation of the API can be tried with success."""
