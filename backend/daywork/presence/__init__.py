"""Presence (现场): who is on site on a day, and which crew has not said so yet."""
