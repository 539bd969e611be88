"""Signatures: clients and workers put their names to daywork sheets, or do not, with a witness."""
