"""Measurements of the program: ``make bench``. What each line means stands in docs/benchmarks.md."""
