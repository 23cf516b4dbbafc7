"""Answers to questions: a file for each thing that people ask about. None of them can move anything."""
