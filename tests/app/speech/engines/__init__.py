"""Engines that misbehave, for the worker process."""
