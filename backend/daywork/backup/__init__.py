"""Back-up and restore: database, photos and keys, consistent with one another."""
