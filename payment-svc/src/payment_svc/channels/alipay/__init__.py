"""Alipay, by its open platform's gateway."""
