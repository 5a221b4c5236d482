"""The taint rule: what grants may still let through once somebody else's words are in a run. Pure.

Somebody else's words can make a model ask for anything, in the person's name. So after them a grant suffices only for
what the person asked for in words of their own (security.md, docs/decisions/005).
"""

from collections.abc import Sequence

from pydantic import JsonValue

from desktop.engine.gate import Effect, TaintSource, ToolFacts
from desktop.engine.messages import JsonObject, Value
from desktop.engine.provenance import Words

_MOST_SOURCES = 20
_MOST_SHOWN = 3
_LONGEST_SUBJECT = 200


ATTACHED = ToolFacts(
    name="attached file",
    effects=frozenset({Effect.READS_PRIVATE, Effect.READS_UNTRUSTED}),
    definition="",
    subjects={"name": "path"},
)
"""Stands for the reading of a file that the person attached: its words may be somebody else's, and it is private."""


IMPORTED = ToolFacts(
    name="imported conversation",
    effects=frozenset({Effect.READS_PRIVATE, Effect.READS_UNTRUSTED}),
    definition="",
)
"""Stands for the reading of messages that came from a file: whoever wrote it could put words into any mouth."""


class Taint(Value):
    """What a run and the earlier runs of its conversation have read.

    Attributes:
        sources: The untrusted results, oldest first; empty while there are none.
        kinds: What they were, in words: "web content".
        private: Whether something private was read: files, notes, history.
    """

    sources: tuple[TaintSource, ...] = ()
    kinds: tuple[str, ...] = ()
    private: bool = False


class Reading(Value):
    """A call that has run.

    Attributes:
        run_id: Its run.
        call_id: The call.
        tool: The tool's name.
        arguments: Its arguments.
        untrusted: Whether its result can carry somebody else's words.
    """

    run_id: str
    call_id: str
    tool: str
    arguments: JsonObject
    untrusted: bool


def taint_of(readings: Sequence[Reading], facts: dict[str, ToolFacts]) -> Taint:
    """What calls that have run brought in.

    Args:
        readings: Of the conversation, oldest first.
        facts: The tools by name; what a tool read that is not there any more counts as private.
    """
    sources: dict[tuple[str, str], TaintSource] = {}
    kinds: dict[str, None] = {}
    private = False
    for reading in readings:
        known = facts.get(reading.tool)
        private = private or known is None or Effect.READS_PRIVATE in known.effects
        if not reading.untrusted:
            continue
        subject = subject_of(known, reading.arguments)
        source = TaintSource(tool=reading.tool, subject=subject, call_id=reading.call_id, run_id=reading.run_id)
        sources.pop((reading.tool, subject), None)
        sources[reading.tool, subject] = source
        kinds[_kind_of(known)] = None
    return Taint(sources=tuple(sources.values())[-_MOST_SOURCES:], kinds=tuple(kinds), private=private)


def subject_of(facts: ToolFacts | None, arguments: JsonObject) -> str:
    """The main argument of a call, for the person: what it declares as one, else its first text; shortened."""
    names = [*(facts.subjects if facts is not None else ()), *arguments]
    text = next((value for name in names if isinstance(value := arguments.get(name), str)), "")
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST_SUBJECT else text[: _LONGEST_SUBJECT - 1] + "…"


def _kind_of(facts: ToolFacts | None) -> str:
    subjects = set(facts.subjects.values()) if facts is not None else set()
    if "address" in subjects:
        return "web content"
    if "command" in subjects:
        return "the output of a command"
    if "path" in subjects:
        return "files"
    return "what somebody else may have written"


def taint_in_words(taint: Taint, run_id: str) -> str:
    """A sentence for the person that says what was read: "This run has read web content: fetch_page https://…"."""
    here = all(source.run_id == run_id for source in taint.sources)
    shown = [f"{source.tool} {source.subject}".rstrip() for source in taint.sources[::-1][:_MOST_SHOWN]]
    if (more := len(taint.sources) - len(shown)) > 0:
        shown.append(f"and {more} more")
    return f"This {'run' if here else 'conversation'} has read {' and '.join(taint.kinds)}: {', '.join(shown)}"


def held_because(facts: ToolFacts, arguments: JsonObject, taint: Taint, words: Words, root: str) -> str | None:
    """Why no grant suffices for a call with side effects in a tainted run.

    Args:
        facts: The tool.
        arguments: Validated, canonical arguments.
        taint: What was read; there is at least one source.
        words: The person's own words.
        root: The workspace folder, absolute.

    Returns:
        The end of a sentence; None where a grant suffices.
    """
    if Effect.EXECUTES in facts.effects:
        return "what runs a program is asked about each time"
    local = not facts.effects.isdisjoint({Effect.WRITES_LOCAL, Effect.DELETES})
    addresses = [name for name, subject in facts.subjects.items() if subject == "address" and name in arguments]
    path = next((arguments.get(name) for name, subject in facts.subjects.items() if subject == "path"), None)
    every_one = local or not addresses or taint.private  # where the destination is not declared, any argument may be it
    if not arguments:
        return "it has no argument that could come from your own words"
    texts: list[tuple[str, str]] = []
    for name, value in arguments.items():
        subject = facts.subjects.get(name)
        if subject == "address":
            traced = isinstance(value, str) and words.hold_address(value)
        elif subject == "path":
            traced = isinstance(value, str) and words.hold_path(value, root)
        elif every_one or isinstance(value, int | float):
            traced = _traces(name, value, words, texts)
        else:
            traced = all(words.hold_nothing_new(text) for text in _texts(value))
        if not traced:
            return f"{name!r} does not come from your own words"
    wrong = words.untraced([text for _, text in texts], path=path if isinstance(path, str) else None, root=root)
    return None if wrong is None else f"{texts[wrong][0]!r} does not come from your own words"


def _traces(name: str, value: JsonValue, words: Words, texts: list[tuple[str, str]]) -> bool:
    """Whether a value traces by itself; texts are put on the list of those that are looked at together."""
    match value:
        case bool() | None | dict():  # the names in an object are the model's
            return False
        case int() | float():
            return words.hold_number(value)
        case list():
            return bool(value) and all(_traces(name, item, words, texts) for item in value)
        case str():
            # a tool that declares nothing gets addresses as plain texts
            if not (("://" in value or "@" in value) and words.hold_address(value)):
                texts.append((name, value))
            return True


def _texts(value: JsonValue) -> list[str]:
    if isinstance(value, list):
        return [text for item in value for text in _texts(item)]
    if isinstance(value, dict):
        return [text for key, item in value.items() for text in (key, *_texts(item))]
    return [str(value)]
