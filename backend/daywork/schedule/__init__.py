"""The network of a plan: how tasks hang on one another, and what the critical path is."""
