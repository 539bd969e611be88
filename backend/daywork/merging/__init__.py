"""One worker entered twice: finding the two records, making them one, and taking that back."""
