"""Pictures of the transcript, the panes and the dialog: ``python -m tests.views.gallery_panes OUTDIR``."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtWidgets import QApplication, QWidget

from desktop.engine.events import CallRecord, ConfirmationRequested, HandoffMessage, RoundRecord, RunRecord, UsageReported
from desktop.engine.gate import Card, CardField
from desktop.engine.messages import Brain, CallState, Message, MessageDetails, StopReason, ToolDeclaration, Usage
from desktop.views import theme
from desktop.views.transcript import Transcript

ANSWER = """## What the folder holds

There are **three** notes in `~/Documents/Cortex` [1], two of which mention the launch [2]. The plan in short:

1. Freeze the interface on *Monday*
2. Write the guide
   - one page per command, see [the style guide](https://example.org/style)
   - pictures in light and dark
3. Ship

- [x] notes read
- [ ] guide written

| File | Size | Changed |
| :--- | ---: | :---: |
| `notes.md` | 4.1 kB | yesterday |
| `plan.md` | 812 B | today |

> The launch moves to the 14th, whatever happens.
>
> — *Ada, in plan.md*

```python
def launch(day: int, *, dry_run: bool = True) -> str:
    \"\"\"Say what a launch would do.\"\"\"
    plan = [step for step in read("plan.md") if step.day <= day]  # only what is due
    return "\\n".join(f"{step.day:02d} {step.title}" for step in plan)
```

Then run `launch(14)`. Raw HTML stays text: <b>not bold</b>, and images are named: ![the plan](https://example.org/x.png)

---

日本語の段落も読めます。 See https://example.org/launch.
"""

DETAILS = MessageDetails(
    model="claude-sonnet-5-5",
    label="Claude Sonnet 5.5",
    provider="anthropic",
    host="api.anthropic.com",
    usage=Usage(input_tokens=12_480, cached_tokens=9_000, output_tokens=612, cost_usd=0.0213),
    gather_ms=4_230,
    answer_ms=6_110,
)


def conversation(off_record: bool = False, stop: StopReason = StopReason.END) -> list[Message]:
    """A short conversation."""
    details = DETAILS.model_copy(update={"stop": stop})
    question = "What do my notes say about the launch? Please also tell me what is still open."
    return [
        Message(id="1", role="user", text=question, run_id="r1", off_record=off_record),
        Message(id="2", role="assistant", text=ANSWER, run_id="r1", details=details, off_record=off_record),
        Message(id="3", role="user", text="Thanks!", run_id="r2", off_record=off_record),
        Message(
            id="4",
            role="assistant",
            text="You are welcome. Two things are open: the guide, and the *date* on the page.",
            run_id="r2",
            details=details,
            off_record=off_record,
        ),
    ]


EVIDENCE = {"r1": ("c1", "c2")}


def transcript_conversation() -> QWidget:
    view = Transcript()
    view.resize(900, 1150)
    view.show_conversation(conversation(), EVIDENCE)
    return view


def transcript_focused() -> QWidget:
    view = Transcript()
    view.resize(760, 420)
    view.show_conversation(conversation(off_record=True, stop=StopReason.STOPPED)[2:], EVIDENCE)
    view.show()
    view.activateWindow()
    QApplication.processEvents()
    view.focus_previous_message()
    view.set_outcome("You stopped this answer. What was gathered is kept.", "write_again", "Write again")
    return view


def transcript_gathering() -> QWidget:
    view = Transcript()
    view.resize(760, 260)
    view.show_conversation(conversation()[:1])
    view.set_activity("Gathering · round 2 of 8 · 3 calls")
    return view


def transcript_streaming() -> QWidget:
    view = Transcript()
    view.resize(760, 420)
    view.show_conversation(conversation()[:1])
    view.begin_answer("Claude Sonnet 5.5", False, ("c1", "c2"))
    view.show()
    view.extend_answer("Two notes mention the launch [1].\n\n```python\nfor note in notes:\n    print(note.tit")
    view._flush()
    return view


SCENES: dict[str, Callable[[], QWidget]] = {
    "transcript": transcript_conversation,
    "transcript-focused": transcript_focused,
    "transcript-gathering": transcript_gathering,
    "transcript-streaming": transcript_streaming,
}


def pictures(folder: Path, only: str = "") -> Iterator[Path]:
    """Render each scene, light and dark, into a folder."""
    application = QApplication.instance() or QApplication(sys.argv)
    assert isinstance(application, QApplication)
    folder.mkdir(parents=True, exist_ok=True)
    scale = os.environ.get("QT_SCALE_FACTOR", "1")
    schemes: tuple[theme.Scheme, ...] = ("light", "dark")
    for scheme in schemes:
        theme.apply(application, scheme)
        for name, make in SCENES.items():
            if only not in name:
                continue
            widget = make()
            widget.setProperty("gallery", name)
            widget.show()
            for _ in range(30):
                application.processEvents()
            path = folder / f"{name}-{scheme}-{scale}x.png"
            widget.grab().save(str(path))
            widget.close()
            widget.deleteLater()
            yield path


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    for written in pictures(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else ""):
        print(written)
