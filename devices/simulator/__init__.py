"""A simulated plant that speaks the same topics as hardware."""
