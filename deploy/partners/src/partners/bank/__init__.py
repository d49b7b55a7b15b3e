"""The bank: orders, captures, refunds, notices, and the payer's cashier."""
