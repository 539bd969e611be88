"""Labour: who worked, how much 工, at what rate. Sheets, lines, pay and their summaries."""
