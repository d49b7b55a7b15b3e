"""What tests, the demo and the bench may see and do: books, faults, the hands of payer and postman."""
