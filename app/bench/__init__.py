"""Benchmarks: the figures of the README, measured on real parts."""
