"""Listening: a station's stream of sound becomes utterances, and only those that are meant for us become turns."""
