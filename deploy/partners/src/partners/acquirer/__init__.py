"""What every payment provider has, whatever protocol it speaks: orders, captures, refunds, a cashier."""
