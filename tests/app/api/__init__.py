"""The HTTP interface, over the real application on a running site."""
