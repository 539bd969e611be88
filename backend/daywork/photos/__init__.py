"""Photos: a picture with when, where, who and what, identified by the SHA-256 of its bytes."""
