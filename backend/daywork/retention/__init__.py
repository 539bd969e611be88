"""The retention lock: until when records must be kept, and purging what is past it, by word."""
