"""The engine: turns a message into a stream of typed events. Imports no Qt."""
