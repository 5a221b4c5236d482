"""Cortex Desktop: a chat program with two brains and confirmation gates between them."""

__version__ = "0.1.0"
