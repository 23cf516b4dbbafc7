"""The service: every way in, and the one turn from a sentence to the plant and back."""
