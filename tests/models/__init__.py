"""Tests of what is kept, on real SQLite files and, where a server is installed, a real PostgreSQL."""
