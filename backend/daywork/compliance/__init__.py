"""The compliance pack: everything an inspection asks of a site and a period, in one zip."""
