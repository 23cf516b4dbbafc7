"""The HTTP interface, a file per resource."""
