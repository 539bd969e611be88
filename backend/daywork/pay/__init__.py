"""What a worker earns besides lines: piecework, allowances, deductions, meals."""
