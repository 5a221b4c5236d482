"""The command line as a person or a script uses it: real processes, the demo models, the real tools."""

import os
from pathlib import Path

import pytest

from desktop.engine.prompts import NOTHING_GATHERED
from desktop.paths import Paths
from tests.end_to_end.program import (
    cortex,
    rows,
    started,
    types_of,
)

pytestmark = [
    pytest.mark.end_to_end,
    pytest.mark.skipif(os.name != "posix", reason="signals and terminals of POSIX"),
]

READ = "read notes.md and tell me what it says"
WRITE = 'write "hello" to hello.txt'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "workspace"
    folder.mkdir()
    (folder / "notes.md").write_text("Milk and eggs.\n")
    return folder


def test_the_issues_command_reads_a_file_and_ends_well(root: Path) -> None:
    done = cortex("ask", "--demo", "--root", str(root), "--json", READ)
    assert done.status == 0
    assert done.stderr == ""
    assert types_of(done.events) == [
        "run_started",
        "round_started",
        "orchestrator_delta",
        "usage_reported",
        "tool_call_requested",
        "tool_call_started",
        "tool_call_finished",
        "round_started",
        "orchestrator_delta",
        "usage_reported",
        "summary_ready",
        "handoff_ready",
        "answer_delta",
        "usage_reported",
        "answer_finished",
        "run_finished",
    ]
    (result,) = done.of_type("tool_call_finished")
    assert (result["tool"], result["state"], result["result"]) == ("read_file", "done", "Milk and eggs.")
    (answer,) = done.of_type("answer_finished")
    assert "> Milk and eggs." in answer["text"]
    assert answer["text"] == "".join(event["text"] for event in done.of_type("answer_delta"))
    assert (answer["model"], answer["fallback"], answer["stop_reason"]) == ("demo-responder", False, "end")
    assert {event["cost_usd"] for event in done.of_type("usage_reported")} == {0.0}
    assert len({event["run_id"] for event in done.events}) == 1


def test_the_answer_alone_is_on_standard_output_and_progress_on_standard_error(root: Path) -> None:
    done = cortex("ask", "--demo", "--root", str(root), READ)
    assert done.status == 0
    assert done.stdout.startswith("**notes.md** says: [1]\n\n> Milk and eggs.")
    assert done.stdout.endswith("language model.*\n")
    assert done.stderr.splitlines()[:2] == ["Gathering, round 1 of 8", "  read_file (demo-1)"]


def test_the_current_folder_is_the_root_by_default(root: Path) -> None:
    done = cortex("ask", "--demo", READ, folder=root)
    assert "Milk and eggs." in done.stdout


@pytest.mark.parametrize("arguments", [["-"], []])
def test_a_message_comes_from_standard_input(root: Path, arguments: list[str]) -> None:
    done = cortex("ask", *arguments, "--demo", "--root", str(root), stdin=f"{READ}\n")
    assert "Milk and eggs." in done.stdout


def test_tools_stay_in_the_root(root: Path) -> None:
    (root.parent / "secret.md").write_text("planted")
    done = cortex("ask", "--demo", "--root", str(root), "--json", "read ../secret.md")
    assert done.status == 0
    assert done.of_type("tool_call_finished")[0]["state"] == "failed"
    assert "planted" not in done.stdout


def test_a_missing_key_fails_with_status_1_in_words(root: Path) -> None:
    done = cortex("ask", "--root", str(root), "Hello")
    assert done.status == 1
    assert done.stdout == ""
    assert "There is no API key for Gemini" in done.stderr
    assert "Add the key" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["ask", "--demo", "--no-such-option", "Hi"], "unrecognized arguments"),
        (["ask", "--demo", "--max-rounds", "0", "Hi"], "the round limit is at least 1"),
        (["ask", "--demo", "--access", "root", "Hi"], "invalid choice"),
        (["ask", "--demo", ""], "There is no message."),
        (["ask", "--demo"], "There is no message."),
        (["ask", "--demo", "--root", "/nowhere/at/all", "Hi"], "does not exist"),
        (["ask", "--demo", "--role", "poet", "Hi"], "There is no role 'poet'"),
        (["ask", "--demo", "--allow", "fly", "Hi"], "There is no tool named 'fly'"),
        (["ask", "--demo", "--block", "fly", "Hi"], "There is no tool named 'fly'"),
        (["ask", "--demo", "--conversation", "c_none", "Hi"], "There is no conversation 'c_none'"),
        (["resume", "r_none"], "There is no run 'r_none'"),
        (["resume", "r_none", "--reason", "x"], "--reason belongs behind a --deny"),
        (["resume", "r_none", "--approve", "a", "--deny", "a"], "decided twice"),
        (["resume", "r_none", "--edit", "a", "{}", "--approve", "a"], "is shown first"),
        (["resume", "r_none", "--always", "a", "--edit", "a", "{}"], "is shown first"),
        (["grants"], "required"),
        (["grants", "revoke", "g_none"], "There is no grant 'g_none'"),
    ],
)
def test_bad_usage_is_said_with_status_2(arguments: list[str], words: str) -> None:
    done = cortex(*arguments)
    assert (done.status, done.stdout) == (2, "")
    assert words in done.stderr


def test_a_gate_without_a_terminal_leaves_the_run_waiting_with_status_3(root: Path) -> None:
    done = cortex("ask", "--demo", "--root", str(root), WRITE)
    assert (done.status, done.stdout) == (3, "")
    assert "The run waits, stored. Go on with: cortex-desktop resume r_" in done.stderr
    assert "  demo-1  write_file" in done.stderr
    assert not (root / "hello.txt").exists()
    assert rows("SELECT state FROM runs") == [("waiting",)]


def test_pause_and_approve(root: Path) -> None:
    paused = cortex("ask", "--demo", "--root", str(root), "--pause", "--json", WRITE)
    assert paused.status == 3
    assert types_of(paused.events)[-2:] == ["confirmation_requested", "run_paused"]
    (gate,) = paused.of_type("confirmation_requested")
    assert (gate["tool"], gate["arguments"]) == ("write_file", {"path": "hello.txt", "content": "hello\n"})
    assert not (root / "hello.txt").exists()
    done = cortex("resume", paused.run_id, "--approve", "demo-1", "--json")
    assert done.status == 0
    assert types_of(done.events)[:4] == [
        "confirmation_resolved",
        "run_started",
        "tool_call_started",
        "tool_call_finished",
    ]
    assert (root / "hello.txt").read_text() == "hello\n"
    assert cortex("resume", paused.run_id, "--approve", "demo-1").status == 2  # decisions work once


def test_pause_and_deny_with_a_reason(root: Path) -> None:
    paused = cortex("ask", "--demo", "--root", str(root), "--pause", "--json", WRITE)
    done = cortex("resume", paused.run_id, "--deny", "demo-1", "--reason", "Not on Mondays.", "--json")
    assert done.status == 0
    assert not (root / "hello.txt").exists()
    (result,) = done.of_type("tool_call_finished")
    assert result["state"] == "denied"
    assert result["result"].endswith("The person's reason: Not on Mondays.")
    assert "**denied**" in done.of_type("answer_finished")[0]["text"]


def test_resume_without_a_decision_shows_what_waits_and_stays_waiting(root: Path) -> None:
    paused = cortex("ask", "--demo", "--root", str(root), "--pause", "--json", WRITE)
    again = cortex("resume", paused.run_id, "--json")
    assert again.status == 3
    assert types_of(again.events) == ["confirmation_requested", "run_paused"]
    wrong = cortex("resume", paused.run_id, "--approve", "demo-9")
    assert wrong.status == 2
    assert "Calls that wait: demo-1." in wrong.stderr


def test_resume_of_a_run_that_is_done_is_bad_usage(root: Path) -> None:
    done = cortex("ask", "--demo", "--root", str(root), "--json", READ)
    again = cortex("resume", done.run_id)
    assert again.status == 2
    assert "This run is done" in again.stderr


def test_allow_asks_nobody_and_block_wins_over_it(root: Path) -> None:
    allowed = cortex("ask", "--demo", "--root", str(root), "--allow", "write_file", "--json", WRITE)
    assert allowed.status == 0
    assert (root / "hello.txt").read_text() == "hello\n"
    assert not allowed.of_type("confirmation_requested")
    blocked = cortex(
        "ask", "--demo", "--root", str(root), "--allow", "read_file", "--block", "read_file", "--json", READ
    )
    assert blocked.status == 0
    assert blocked.of_type("tool_call_finished")[0]["state"] == "blocked"
    assert not blocked.of_type("tool_call_started")


def test_a_block_in_the_settings_is_not_lifted(root: Path) -> None:
    settings = Paths.of_system().settings_file
    settings.parent.mkdir(parents=True)
    settings.write_text('[policy]\nwrite_file = "block"\n')
    done = cortex("ask", "--demo", "--root", str(root), "--allow", "write_file", "--json", WRITE)
    assert done.of_type("tool_call_finished")[0]["state"] == "blocked"
    assert not (root / "hello.txt").exists()


def test_at_access_user_there_is_no_run_command(root: Path) -> None:
    request = "run `touch ran.txt`"
    done = cortex("ask", "--demo", "--root", str(root), "--access", "user", "--allow", "run_command", "--json", request)
    assert done.status == 0
    assert not done.of_type("tool_call_requested")
    assert "Not available at this access level: run_command." in done.of_type("summary_ready")[0]["text"]
    assert not (root / "ran.txt").exists()


def test_no_tools_calls_no_orchestrator(root: Path) -> None:
    done = cortex("ask", "--demo", "--root", str(root), "--no-tools", "--json", READ)
    assert types_of(done.events) == [
        "run_started",
        "handoff_ready",
        "answer_delta",
        "usage_reported",
        "answer_finished",
        "run_finished",
    ]


def test_no_responder_makes_the_summary_the_answer(root: Path) -> None:
    done = cortex("ask", "--demo", "--root", str(root), "--no-responder", READ)
    assert done.status == 0
    assert done.stdout.startswith("The person asked: ")
    assert "Milk and eggs." in done.stdout
    nothing = cortex("ask", "--demo", "--root", str(root), "--no-responder", "Good morning!")
    assert nothing.stdout == f"{NOTHING_GATHERED}\n"


def test_max_rounds_lowers_the_limit(root: Path) -> None:
    done = cortex("ask", "--demo", "--root", str(root), "--max-rounds", "1", "--json", READ)
    assert done.status == 0
    assert [(event["round"], event["of"]) for event in done.of_type("round_started")] == [(1, 1)]
    assert "Milk and eggs." in done.of_type("answer_finished")[0]["text"]


def test_a_conversation_goes_on_with_its_history_and_folder(root: Path, tmp_path: Path) -> None:
    first = cortex("ask", "--demo", "--root", str(root), "--json", READ)
    conversation = first.events[0]["conversation_id"]
    second = cortex("ask", "--demo", "--conversation", conversation, "--json", "read notes.md again", folder=tmp_path)
    assert second.events[0]["conversation_id"] == conversation
    texts = [message["text"] for message in second.of_type("handoff_ready")[0]["messages"]]
    assert texts[1] == READ
    assert "Milk and eggs." in texts[2]
    assert second.of_type("tool_call_finished")[0]["result"] == "Milk and eggs."  # in the first one's folder


def test_off_the_record_leaves_no_word_of_it_in_any_file(root: Path) -> None:
    (root / "notes.md").write_text("Rumpelstilzchen.")
    done = cortex("ask", "--demo", "--root", str(root), "--off-record", "read notes.md, Rumpelstilzchen")
    assert done.status == 0
    assert "Rumpelstilzchen" in done.stdout
    paused = cortex("ask", "--demo", "--root", str(root), "--off-record", 'write "Rumpelstilzchen" to new.txt')
    assert paused.status == 1
    assert "cannot be kept waiting" in paused.stderr
    files = [path for path in Path(os.environ["HOME"]).rglob("*") if path.is_file()]
    assert any(path.name == "cortex.sqlite3" for path in files)
    assert [path for path in files if b"umpelstilzchen" in path.read_bytes()] == []
    assert sorted(path.name for path in root.iterdir()) == ["notes.md"]


def test_off_the_record_goes_on_with_no_conversation() -> None:
    done = cortex("ask", "--demo", "--off-record", "--conversation", "c_none", "Hi")
    assert done.status == 2


def test_a_reader_that_has_gone_does_not_end_the_run(root: Path) -> None:
    with started("ask", "--demo", "--root", str(root), "--json", READ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr is not None
        said = process.stderr.read()
        assert process.wait(60) == 0
        process.stdout = None
    assert "Traceback" not in said
    assert rows("SELECT state FROM runs") == [("done",)]


@pytest.mark.parametrize(("option", "words"), [("--approve-conversation", "this conversation"), ("--always", "now on")])
def test_a_grant_made_on_the_command_line_is_said_in_words_listed_and_revoked(
    root: Path, option: str, words: str
) -> None:
    paused = cortex("ask", "--demo", "--root", str(root), "--json", WRITE)
    conversation = paused.events[0]["conversation_id"]
    done = cortex("resume", paused.run_id, option, "demo-1")
    assert done.status == 0
    scope = "write_file hello.txt with exactly these arguments"
    assert f"{words}: {scope}" in done.stderr
    assert (root / "hello.txt").read_text() == "hello\n"
    (line,) = cortex("grants", "list").stdout.splitlines()
    assert scope in line
    again = cortex("ask", "--demo", "--conversation", conversation, "--json", WRITE)
    assert (again.status, again.of_type("confirmation_requested")) == (0, [])
    other = cortex("ask", "--demo", "--root", str(root), "--json", WRITE)
    assert other.status == (0 if option == "--always" else 3)
    gone = cortex("grants", "revoke", line.split()[0])
    assert (gone.status, gone.stdout) == (0, "")
    assert f"Revoked: {scope}" in gone.stderr
    assert cortex("grants", "list").stdout == ""
    assert cortex("ask", "--demo", "--conversation", conversation, "--json", WRITE).status == 3


def test_an_edited_call_is_shown_before_it_can_be_allowed(root: Path) -> None:
    paused = cortex("ask", "--demo", "--root", str(root), "--pause", "--json", WRITE)
    bad = cortex("resume", paused.run_id, "--edit", "demo-1", '{"path": 3}')
    assert bad.status == 2
    assert "do not fit its schema" in bad.stderr
    assert "not JSON" in cortex("resume", paused.run_id, "--edit", "demo-1", "{").stderr
    edited = cortex("resume", paused.run_id, "--edit", "demo-1", '{"path": "other.txt", "content": "bye"}')
    assert edited.status == 3
    assert "other.txt" in edited.stderr
    assert "You changed the arguments that the model gave." in edited.stderr
    assert list(root.glob("*.txt")) == []
    assert cortex("resume", paused.run_id, "--approve", "demo-1").status == 0
    assert (root / "other.txt").read_text() == "bye"
    assert not (root / "hello.txt").exists()
