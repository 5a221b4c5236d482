"""Keys that are typed right behind the one that opens the settings are for these, and not for the run behind them."""

import pytest

from tests.end_to_end.desktop_session import Desktop
from tests.end_to_end.stored import Stored
from tests.end_to_end.test_window_editing import half_answered

pytestmark = pytest.mark.end_to_end


def test_escape_behind_the_settings_key_stops_no_run(screen: Desktop, stored: Stored) -> None:
    with half_answered(screen, stored) as (program, held, _):
        program.click(program.wait_for("text", "Message", enabled=True))
        program.wait_for_focus("Message")
        screen.keys("ctrl+comma")
        screen.keys("Escape")
        program.wait_for("push button", "Stop")
        held.let_go()
        stored.wait_for_states("done")
