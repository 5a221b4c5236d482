"""That older messages were summarised or left out: said on the line of the run where that began."""

from collections.abc import Iterable

from desktop.engine.store.run_briefs import RunBrief
from desktop.views.transcript.values import RunDetail


def left_out_words(count: int, *, has_summary: bool) -> str:
    """In short: ``12 earlier messages were summarised``."""
    messages = "1 earlier message was" if count == 1 else f"{count} earlier messages were"
    return f"{messages} {'summarised' if has_summary else 'left out'}"


def left_out_detail(count: int, summary: str) -> RunDetail:
    """What it folds out to.

    Args:
        count: How many messages.
        summary: What the models read in their place; empty where there is none.
    """
    if summary:
        place = "the earlier message" if count == 1 else f"the {count} earlier messages"
        return RunDetail(f"The models read this in the place of {place}:\n{summary}")
    return RunDetail(f"{left_out_words(count, has_summary=False)}: the models had no room for more.")


def left_out_notes(briefs: Iterable[RunBrief]) -> dict[str, str]:
    """What to say on the lines of a branch's runs, by run id: only those where the cut moved.

    Args:
        briefs: Oldest first.
    """
    notes: dict[str, str] = {}
    before = 0
    for brief in briefs:
        if brief.left_out and brief.left_out != before:
            notes[brief.run_id] = left_out_words(brief.left_out, has_summary=brief.has_left_out_summary)
        before = brief.left_out
    return notes
