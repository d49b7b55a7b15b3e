"""Who is on the other end of a port: couriers, one folder each, and case-svc's addresses."""
