"""Sync: what a phone says is saved reaches the office, once. Push, pull, feed and ledger."""
