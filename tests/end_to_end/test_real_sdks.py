"""A whole conversation through the real SDKs and real sockets, in the window and on the command line."""

import json
import subprocess
import sys

import pytest

from tests.end_to_end.desktop_session import ROOT, Desktop, home_variables
from tests.end_to_end.providers import CLAUDE_KEY, GEMINI_KEY, NO_TITLES, providers
from tests.end_to_end.stored import Stored
from tests.wire import claude, gemini
from tests.wire.server import Step

pytestmark = pytest.mark.end_to_end

NOTES = "The meeting is on Thursday at ten."
REQUEST = "Note in todo.txt when the meeting is."
SUMMARY = "notes.md says Thursday at ten; todo.txt now holds it."
ANSWER = ("The meeting is on **Thursday", " at ten** [1]; it is noted [2].")

READ = gemini.answers(
    gemini.chunk(gemini.text("I look into the notes.")),
    gemini.chunk(
        gemini.call("read_file", {"path": "notes.md"}, id="call-read", signature=b"first signature"),
        finish="STOP",
        usage=gemini.usage(900, 20),
    ),
)
WRITE = gemini.answers(
    gemini.chunk(
        gemini.call(
            "write_file",
            {"path": "todo.txt", "content": "Thursday at ten\n"},
            id="call-write",
            signature=b"second signature",
        ),
        finish="STOP",
        usage=gemini.usage(1100, 25),
    )
)
SUM_UP = gemini.answers(gemini.chunk(gemini.text(SUMMARY), finish="STOP", usage=gemini.usage(1200, 30)))
TELL: Step = claude.answers(claude.text(0, *ANSWER))

STORE_KEYS = """
import sys, keyring
for pair in sys.argv[1:]:
    keyring.set_password("cortex-desktop", *pair.split("=", 1))
"""


def test_window_holds_a_whole_conversation_with_keys_from_the_keyring(keyring_screen: Desktop, stored: Stored) -> None:
    keys = [f"gemini={GEMINI_KEY}", f"anthropic={CLAUDE_KEY}"]
    subprocess.run([sys.executable, "-c", STORE_KEYS, *keys], env=keyring_screen.environment, check=True)
    stored.configure(NO_TITLES)
    stored.workspace.mkdir(parents=True)
    (stored.workspace / "notes.md").write_text(NOTES, encoding="utf-8")
    with providers(gemini=(READ, WRITE, SUM_UP), claude=(TELL,)) as both:
        program = keyring_screen.launch(stored.home, variables=both.addresses)
        program.wait_for("label", begins="Requests go elsewhere", holds=both.claude.url)
        program.send(REQUEST)
        program.wait_for("dialog", "Confirm tool call")
        assert not (stored.workspace / "todo.txt").exists()
        program.press("push button", "Allow once")
        program.wait_for("list item", begins="Assistant:", holds="".join(ANSWER))
        program.wait_for("list item", "read_file done")
        program.wait_for("list item", "write_file done")
        assert (stored.workspace / "todo.txt").read_text() == "Thursday at ten\n"
        stored.wait_for_states("done")
        asked = [request.json for request in both.gemini.requests]
        (told,) = both.claude.requests
        assert [request.headers["x-goog-api-key"] for request in both.gemini.requests] == [GEMINI_KEY] * 3
        assert CLAUDE_KEY in (told.headers.get("authorization", "") + told.headers.get("x-api-key", ""))
    # What was signed goes back unchanged, also over the pause at the gate; each result is tied to its call.
    last = asked[2]["contents"]
    turns = [content for content in last if content["role"] == "model"]
    assert [gemini.signatures_in(turn)[-1] for turn in turns] == [b"first signature", b"second signature"]
    results = [part["functionResponse"] for content in last for part in content["parts"] if "functionResponse" in part]
    assert [(result["id"], result["name"]) for result in results] == [
        ("call-read", "read_file"),
        ("call-write", "write_file"),
    ]
    assert NOTES in json.dumps(results[0])
    handed = json.dumps(told.json, ensure_ascii=False)
    for part in (REQUEST, NOTES, SUMMARY, "call-write"):
        assert part in handed
    assert stored.handoff()[-1]["text"] in [
        block["text"] for message in told.json["messages"] for block in message["content"]
    ]
    assert stored.files_that_hold(GEMINI_KEY) == stored.files_that_hold(CLAUDE_KEY) == []


def test_command_line_holds_the_same_conversation_with_keys_from_the_environment(
    screen: Desktop, stored: Stored
) -> None:
    root = stored.workspace
    root.mkdir(parents=True)
    (root / "notes.md").write_text(NOTES, encoding="utf-8")
    with providers(gemini=(READ, WRITE, SUM_UP), claude=(TELL,)) as both:
        environment = {**screen.environment, **home_variables(stored.home), **both.variables}
        command = [sys.executable, "-m", "desktop", "ask", "--json", "--pause", "--root", str(root), REQUEST]
        asked = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
        assert asked.returncode == 3, asked.stderr
        events = [json.loads(line) for line in asked.stdout.splitlines()]
        (gate,) = [event for event in events if event["type"] == "confirmation_requested"]
        assert gate["tool"] == "write_file"
        assert not (root / "todo.txt").exists()
        resume = [sys.executable, "-m", "desktop", "resume", gate["run_id"], "--approve", gate["call_id"]]
        resumed = subprocess.run(resume, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
        assert resumed.returncode == 0, resumed.stderr
    assert resumed.stdout.strip() == "".join(ANSWER)
    assert both.claude.url in asked.stderr
    assert (root / "todo.txt").read_text() == "Thursday at ten\n"
    stored.wait_for_states("done")
    for output in (asked.stdout, asked.stderr, resumed.stdout, resumed.stderr):
        assert GEMINI_KEY not in output
        assert CLAUDE_KEY not in output
