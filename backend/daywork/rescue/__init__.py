"""Rescue (应急文件): an outbox that comes in a file because its phone cannot send it."""
