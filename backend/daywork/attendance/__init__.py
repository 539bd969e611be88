"""The attendance grid (考勤表): a crew's workers by the days of a month."""
