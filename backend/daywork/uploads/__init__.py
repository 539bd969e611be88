"""Uploads: picture bytes by tus 1.0, resumable at any byte by any process."""
