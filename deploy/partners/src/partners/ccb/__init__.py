"""China Construction Bank: the page an order is, its cashier, its notices, and an interface that is assumed."""
