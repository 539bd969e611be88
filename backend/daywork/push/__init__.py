"""Telling people: an inbox for everybody, pushed to the phones of those who want it."""
