"""The page "General" of the settings: what is changed there is saved, kept, and in force; what does not fit is said."""

import tomllib

import pytest

from tests.end_to_end.desktop_session import ROOT, Desktop
from tests.end_to_end.providers import NO_TITLES, providers
from tests.end_to_end.stored import Stored
from tests.end_to_end.test_window_models import fill, open_settings, settings_of
from tests.wire import claude

pytestmark = pytest.mark.end_to_end

PICTURES = ROOT / "build" / "pictures" / "window"
BY_HAND = """# By hand.
[run]
max_rounds = 5  # few
future = "of a newer program"
"""


def test_what_is_changed_is_in_force_at_once_and_kept(screen: Desktop, stored: Stored) -> None:
    stored.configure(BY_HAND + NO_TITLES)
    long = "A long answer. " * 400
    answers = (claude.answers(claude.text(0, long)), claude.answers(claude.text(0, "The second answer.")))
    with providers(claude=answers) as both:
        program = screen.launch(stored.home, variables=both.variables)
        program.press("check box", "Tools")
        program.send("First?")
        program.wait_for("list item", begins="Assistant:", holds="A long answer.")
        stored.wait_for_states("done")
        open_settings(program, screen, "General")
        assert program.wait_for("text", "Rounds at most").text == "5"
        program.press("combo box", "As the system")
        program.press("list item", "Dark")
        fill(program, screen, "Rounds at most", "many")
        fill(program, screen, "History (tokens)", "500")
        program.press("push button", "Save general settings")
        program.wait_for("text", "Rounds at most", holds="Write a whole number from 1 to")
        program.wait_for("label", begins="Write a whole number from 1 to")
        screen.picture(PICTURES / "settings-general-wrong.png")
        assert settings_of(stored) == BY_HAND + NO_TITLES, "nothing is written while something does not fit"
        program.press("list item", "Models")
        program.press("list item", "General")
        program.press("push button", "Close")
        program.wait_until_gone("dialog", "Settings")
        open_settings(program, screen, "General")
        program.wait_for("label", begins="There are changes that are not saved.")
        assert program.wait_for("text", "History (tokens)").text == "500", "and nothing typed is lost"

        fill(program, screen, "Rounds at most", "3")
        program.press("push button", "Save general settings")
        program.wait_for("label", "Saved.")
        screen.picture(PICTURES / "settings-general-saved.png")
        written = settings_of(stored)
        kept = tomllib.loads(written)
        assert kept["run"] == {"max_rounds": 3, "future": "of a newer program", "history_budget_tokens": 500}
        assert kept["appearance"] == {"color_scheme": "dark"}
        assert written.startswith("# By hand.")
        assert "# few" in written
        program.press("push button", "Close")
        program.wait_until_gone("dialog", "Settings")
        program.send("Second?")
        program.wait_for("list item", begins="Assistant:", holds="The second answer.")
        stored.wait_for_states("done", "done")
        sent = both.claude.requests[-1].body.decode()
        assert long not in sent
        assert "left out" in sent
        assert program.terminate() == 0

        again = screen.launch(stored.home, variables=both.variables)
        open_settings(again, screen, "General")
        assert again.wait_for("text", "Rounds at most").text == "3"
        assert again.wait_for("text", "History (tokens)").text == "500"
        again.wait_for("combo box", "Dark")
        screen.picture(PICTURES / "settings-general-dark.png")


def test_mistakes_of_the_file_are_said_by_line_and_survive_a_save(screen: Desktop, stored: Stored) -> None:
    wrong = '[run]\nmax_rounds = "many"\n\n[[role]]\nname = "poet"\nanswer = "rhymes"\n'
    stored.configure(wrong)
    with providers() as both:
        program = screen.launch(stored.home, variables=both.variables)
        file = "/config/cortex-desktop/settings.toml, line "
        program.wait_for("label", holds=f"{file}2: run.max_rounds: Write a whole number from 1 to 100.")
        program.wait_for("label", holds=f"{file}6: role.poet.answer: ")
        program.wait_for("label", holds="Requests go elsewhere")
        screen.picture(PICTURES / "settings-file-wrong.png")
        open_settings(program, screen, "General")
        fill(program, screen, "History (tokens)", "1000")
        program.press("push button", "Save general settings")
        program.wait_for("label", "Saved.")
    written = settings_of(stored)
    assert tomllib.loads(written)["run"]["history_budget_tokens"] == 1000
    assert 'answer = "rhymes"' in written
