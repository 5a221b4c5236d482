"""What the program's end tells the shell (B27)."""

DONE = 0
FAILED = 1
BAD_USAGE = 2
WAITING = 3
"""For a decision; the run is stored."""
STOPPED = 130
TERMINATED = 143
