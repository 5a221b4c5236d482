"""The store: everything a run does is here before it is told."""
