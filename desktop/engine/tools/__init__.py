"""The tools the orchestrator can call."""
