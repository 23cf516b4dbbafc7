"""How the tables came to be, revision by revision: one folder for each `models.migrate.Schema`."""
