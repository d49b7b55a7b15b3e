"""Notices and pushes: kept in the books, signed, sent, tried again."""
