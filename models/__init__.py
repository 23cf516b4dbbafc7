"""What is kept in the database: the audit log, keys, readings."""
