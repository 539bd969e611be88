"""What every room stands on: words, ids, money, the calendar, problems, settings, the database."""
