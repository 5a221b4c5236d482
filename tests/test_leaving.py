"""The end of a process while work goes on that nobody waits for."""

import subprocess
import sys

import pytest

_AT_WORK = """
import threading, time
from typing import Annotated
from pydantic import BeforeValidator, TypeAdapter
from desktop.leaving import leave, start_unattended

begun = threading.Event()

def look(value):  # Python, called from Rust
    begun.set()
    time.sleep(0.001)
    return value

def work():
    while True:
        adapter.validate_python(1)

adapter = TypeAdapter(Annotated[int, BeforeValidator(look)])
start_unattended("work", work)
begun.wait()
print("the answer", end="")
leave(3)
"""
_DONE = """
import atexit, threading
from desktop.leaving import leave, start_unattended

start_unattended("work", lambda: None)
while threading.active_count() > 1:
    pass
atexit.register(lambda: print("in order", end=""))
leave(4)
"""


@pytest.mark.parametrize(("program", "status", "said"), [(_AT_WORK, 3, "the answer"), (_DONE, 4, "in order")])
def test_the_status_and_what_was_said_are_the_programs(program: str, status: int, said: str) -> None:
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (status, said, "")
