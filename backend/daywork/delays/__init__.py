"""Delays: days lost on a task, said by the site or found by the server, and who is told."""
