"""Pictures of the window's states under build/pictures/window, light and dark, in both sizes of pixels: for eyes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from tests.end_to_end.desktop_session import ROOT, Desktop, Program, desktop, wait_until
from tests.end_to_end.providers import NO_TITLES, Held, providers
from tests.end_to_end.stored import Stored
from tests.wire import claude, gemini
from tests.wire.server import Step

pytestmark = pytest.mark.end_to_end

PICTURES = ROOT / "build" / "pictures" / "window"
CODE = '''The script reads the file **once** and counts its lines [1].

```python
from pathlib import Path

def count(path: Path) -> int:
    """Lines of a file."""
    return sum(1 for _ in path.open())
```

| file | lines |
|---|---|
| notes.md | 12 |
| todo.txt | 3 |

1. Save it as `count.py`.
2. Run it with `python count.py`.'''

READ = gemini.answers(
    gemini.chunk(
        gemini.call("read_file", {"path": "notes.md"}, id="a"),
        gemini.call("search_files", {"query": "def count"}, id="b"),
        finish="STOP",
        usage=gemini.usage(4200, 80),
    )
)
WRITE = gemini.answers(
    gemini.chunk(gemini.text("The person asked for a script, so I save it beside the notes.")),
    gemini.chunk(
        gemini.call("edit_file", {"path": "notes.md", "old": "ten.\nThe last", "new": "eleven.\nThe last"}, id="c"),
        gemini.call("write_file", {"path": "count.py", "content": "print(sum(1 for _ in open('notes.md')))\n"}, id="d"),
        finish="STOP",
        usage=gemini.usage(5100, 120),
    ),
)
STALLS = gemini.keeps_open(gemini.chunk(gemini.text("I look further.")))
SUMS_UP = gemini.says("notes.md holds twelve lines. The person wants a script that counts them.")


def tell(text: str) -> Step:
    return claude.answers(claude.text(0, text))


@pytest.fixture(scope="module", params=(1, 2), ids=("1x", "2x"))
def sized(request: pytest.FixtureRequest, short_folder: Path, _able: None) -> Iterator[tuple[Desktop, int]]:
    """A desktop with room for one window, and how many pixels make one."""
    scale: int = request.param
    with desktop(short_folder / f"pictures-{scale}", size=(1300 * scale, 850 * scale)) as made:
        yield made, scale


class Photographer:
    """Takes pictures of one look of the window."""

    def __init__(self, screen: Desktop, scale: int, scheme: str, stored: Stored) -> None:
        self.screen = screen
        self._look = f"{scheme}-{scale}x"
        self.taken: list[Path] = []
        self._variables = {"QT_SCALE_FACTOR": str(scale)}
        self.stored = stored
        stored.configure(f'{NO_TITLES}[appearance]\ncolor_scheme = "{scheme}"\n')
        stored.workspace.mkdir(parents=True)
        notes = "The meeting is on Thursday at ten.\n" * 11 + "The last line.\n"
        (stored.workspace / "notes.md").write_text(notes, encoding="utf-8")

    def launch(self, *arguments: str, variables: dict[str, str] | None = None) -> Program:
        return self.screen.launch(self.stored.home, *arguments, variables={**self._variables, **(variables or {})})

    def take(self, state: str) -> None:
        self.taken.append(self.screen.picture(PICTURES / f"{state}-{self._look}.png"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_states_are_photographed(sized: tuple[Desktop, int], scheme: str, stored: Stored) -> None:
    screen, scale = sized
    camera = Photographer(screen, scale, scheme, stored)
    try:
        photograph_all(camera)
    finally:
        screen.close_programs()
    for path in camera.taken:
        image = QImage(str(path))
        assert image.width() == 1300 * scale
        colours = {image.pixel(x, y) for x in range(0, image.width(), 7) for y in range(0, image.height(), 7)}
        assert len(colours) > 8, path


def photograph_all(camera: Photographer) -> None:
    """Go through the states."""
    photograph_first_start(camera)
    lines = [f"{line}\n" for line in CODE.split("\n")]
    held = Held(tuple(lines[:8]), tuple(lines[8:]))
    steps = (READ, STALLS, READ, WRITE, SUMS_UP, READ, SUMS_UP)
    with providers(gemini=steps, claude=(held.step, tell("On **Thursday at ten** [1]."))) as both:
        program = camera.launch(variables=both.variables)
        photograph_gathering(camera, program)
        photograph_gate(camera, program)
        photograph_answer(camera, program, held)
        photograph_choosing(camera, program)
        photograph_off_the_record(camera, program)


def photograph_first_start(camera: Photographer) -> None:
    """Nothing is set up: the choices, and what comes of a message without a key."""
    program = camera.launch()
    program.wait_for("push button", "Try the offline demo")
    camera.take("first_start")
    camera.screen.keys("ctrl+n")
    program.send("is anybody there?")
    program.wait_for("label", begins="There is no API key for Gemini")
    camera.take("failed")
    program.terminate()


def begin(camera: Photographer, program: Program) -> None:
    """A new conversation."""
    camera.screen.keys("ctrl+n")
    program.wait_for("push button", begins="What files are in this folder")


def photograph_gathering(camera: Photographer, program: Program) -> None:
    """At work, and stopped."""
    begin(camera, program)
    camera.take("empty")
    program.send("Which of my files are long?")
    program.wait_for("list item", "Round 2 of 8")
    camera.take("gathering")
    program.press("push button", "Stop")
    program.wait_for("label", "You stopped this run. It can go on from here.")
    camera.take("stopped")


def photograph_gate(camera: Photographer, program: Program) -> None:
    """The dialog, and the window while it is closed."""
    begin(camera, program)
    program.send("Write me a script that counts the lines of notes.md, please, and tell me how to run it.")
    program.wait_for("push button", "Allow once", enabled=True)
    camera.take("waiting_at_the_gate")
    camera.screen.keys("Escape")
    program.wait_until_gone("dialog", "Confirm tool call")
    camera.take("gate_closed")
    program.press("push button", "Review…")
    program.press("push button", "Allow once")
    program.wait_for("text", "Effect", holds="count.py")
    program.press("push button", "Allow once")


def photograph_answer(camera: Photographer, program: Program, held: Held) -> None:
    """Half an answer, all of it, and what the models saw."""
    program.wait_for("label", "Status", holds="Answering")
    half = "SELECT * FROM runs WHERE partial_text LIKE '%Lines of a file%'"
    wait_until(lambda: camera.stored.rows(half), "half an answer")
    camera.take("answering")
    held.let_go()
    program.wait_for("list item", begins="Assistant:", holds="python count.py")
    camera.take("answer_with_code")
    camera.screen.keys("ctrl+shift+d")
    program.press("page tab", "Handoff")
    program.wait_for("text", "Handoff", holds="script")
    camera.take("debug_pane")
    camera.screen.keys("ctrl+shift+d")


def photograph_choosing(camera: Photographer, program: Program) -> None:
    """Several conversations are chosen, and are to be deleted."""
    program.click(program.wait_for("list item", begins="Which of my files"), "ctrl")
    program.wait_for("label", "2 chosen")
    camera.take("several_chosen")
    program.press("push button", "Delete 2 conversations…")
    program.wait_for("dialog", "Delete 2 conversations")
    camera.take("several_to_delete")
    camera.screen.keys("Escape")
    program.wait_until_gone("dialog", "Delete 2 conversations")
    program.press("push button", "Choose none")


def photograph_off_the_record(camera: Photographer, program: Program) -> None:
    """A conversation that leaves nothing, and the keys."""
    begin(camera, program)
    program.press("check box", "Off the record")
    program.send("When is the meeting?")
    program.wait_for("list item", begins="Assistant:", holds="Thursday at ten")
    camera.take("off_the_record")
    program.press("push button", "API keys")
    program.wait_for("dialog", "API keys")
    camera.take("keys")
