"""Approvals: what waits for a decision, why somebody should look twice, and deciding it."""
