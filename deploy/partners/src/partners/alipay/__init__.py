"""Alipay's open platform: one gateway, its cashier, its notices."""
