"""The real-name register (实名制): who the workers are on paper, sealed, and seen by few."""
