"""Ways in that are not HTTP."""
