"""Progress: what was done of a task, as of a day."""
