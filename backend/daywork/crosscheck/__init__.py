"""Cross-check (对工): a worker confirms the own month, or disputes single days of it."""
