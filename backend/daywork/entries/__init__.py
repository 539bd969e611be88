"""Entries: what a phone records, syncs and gets approved. Owns id, kind, site, day, author,
state and version; the rooms above add their particulars."""
