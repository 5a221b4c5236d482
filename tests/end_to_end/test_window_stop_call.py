"""Stop of one call in the window: a command ends with its processes, and the run goes on to its answer."""

import secrets
from pathlib import Path

import pytest

from tests.end_to_end.desktop_session import ROOT, Desktop
from tests.end_to_end.program import processes_with
from tests.end_to_end.stored import Stored

pytestmark = pytest.mark.end_to_end

PICTURES = ROOT / "build" / "pictures" / "window"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_stopped_command_is_unknown_and_the_run_goes_on(screen: Desktop, stored: Stored, scheme: str) -> None:
    settings = stored.home / "config" / "cortex-desktop" / "settings.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text(f'[appearance]\ncolor_scheme = "{scheme}"\n', encoding="utf-8")
    seconds = f"9{secrets.randbelow(10**6)}"
    program = screen.launch(stored.home, "--demo")
    program.send(f"run `sleep {seconds}`")
    program.wait_for("dialog", "Confirm tool call")
    program.press("push button", "Allow once")
    program.wait_for("list item", "run_command running")
    program.wait_for("push button", "Stop run_command")
    assert processes_with(seconds)
    picture: Path = screen.picture(PICTURES / f"stop-call-{scheme}-1x.png")
    assert picture.stat().st_size
    if scheme == "light":
        program.press("push button", "Stop run_command")
    else:
        program.press("list item", "run_command running")
        screen.keys("Delete")
    program.wait_for("list item", "run_command unknown")
    program.wait_for("list item", begins="Assistant:", holds="unknown")
    stored.wait_for_states("done")
    assert stored.calls() == [("run_command", "unknown")]
    assert processes_with(seconds) == []
    assert program.find("push button", "Stop run_command") is None
