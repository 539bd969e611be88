"""Levels: who approves on a site, in how many steps, who stands in for whom, and closed months."""
