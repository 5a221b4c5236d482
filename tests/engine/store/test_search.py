"""Searching the text of all messages."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from desktop.engine.folding import fold, marks_of, words_of
from desktop.engine.messages import Message
from desktop.engine.search import passage_of
from desktop.engine.store.migrations import MIGRATIONS, m006_search, migrate
from desktop.engine.store.records import RunOptions
from desktop.engine.store.store import Store

OPTIONS = RunOptions(orchestrator="gatherer", responder="writer", root="/tmp")


@pytest.fixture(params=["file", "memory"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    store = await Store.open(tmp_path / "cortex.sqlite3" if request.param == "file" else None)
    yield store
    await store.close()


async def say(store: Store, question: str, answer: str = "Yes.", conversation: str = "") -> str:
    conversation = conversation or (await store.conversations.create("/tmp")).id
    run_id, _ = await store.runs.create(conversation, question, OPTIONS)
    message = Message(id=store.ids.new("m"), role="assistant", text=answer, run_id=run_id)
    await store.runs.finish(run_id, "done", message)
    return conversation


async def found(store: Store, query: str) -> list[str]:
    return [hit.passage for hit in await store.search.messages(query)]


@pytest.mark.parametrize(
    "query",
    ["Reykjavik", "reykjavík", "kjav", "KJAV", "k", "vi", "in harbour", "harbour in", "  harbour \t reykjavik  "],
)
async def test_words_and_parts_of_words_are_found_in_any_case_and_with_any_accents(store: Store, query: str) -> None:
    await say(store, "The harbour in Reykjavík?")
    assert await found(store, query) == ["The harbour in Reykjavík?"]


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("東京都の天気", "京都"),
        ("東京都の天気", "天"),
        ("한국어 문장", "국어"),
        ("ΛΟΓΟΣ", "λόγος"),
        ("Straße", "STRASSE"),
        ("Łódź", "lodz"),
        ("ﬁle", "file"),
        ("\uff26\uff55\uff4c\uff4c", "full"),
        ("cafe\u0301", "café"),
    ],
)
async def test_other_scripts_and_spellings_are_found(store: Store, text: str, query: str) -> None:
    await say(store, text)
    assert await found(store, query) == [text]


async def test_all_words_must_be_in_one_message(store: Store) -> None:
    await say(store, "alpha beta", "gamma delta")
    assert await found(store, "beta alpha") == ["alpha beta"]
    assert await found(store, "alpha gamma") == []


HOSTILE = [
    '"',
    '""',
    "'",
    "AND",
    "a OR b",
    "NEAR(a b)",
    "text:foo",
    "^foo",
    "foo*",
    "-foo",
    "(",
    "\\",
    "%",
    "_",
    "\0",
    ";--",
    "*",
    "?",
    "[",
    "[a",
    "]",
    "a]",
    "**",
]


@pytest.mark.parametrize(
    "query", [*HOSTILE, "x" * 10_000, "ab " * 3_400, " ".join(f"w{n}" for n in range(2_000)), "\ud800"]
)
async def test_nothing_in_a_query_is_an_operator(store: Store, query: str) -> None:
    await say(store, "one foo bar")
    await store.search.messages(query)
    if query.strip("\0").strip() and "\ud800" not in query:
        await say(store, f"before {query} behind")
        assert len(await found(store, query)) == 1


@pytest.mark.parametrize("query", ["%", "_", "p%n", "*", "?", "a*", "?l", "[p", "[p]", "[", "]", "[^"])
async def test_signs_of_patterns_stand_for_themselves(store: Store, query: str) -> None:
    await say(store, "a plain sentence", "Yes.")
    assert await found(store, query) == []
    await say(store, f"so {query}.", "Yes.")
    assert len(await found(store, query)) == 1


async def test_a_query_without_words_finds_nothing(store: Store) -> None:
    await say(store, "words")
    assert await found(store, " \n") == []


async def test_a_hit_leads_to_its_message_and_marks_the_words(store: Store) -> None:
    conversation = await say(store, "Where is it?", "In the *Café* by the sea; the cafés close at six.")
    (hit,) = await store.search.messages("cafe")
    messages = await store.conversations.messages(conversation)
    assert (hit.conversation_id, hit.message_id, hit.role) == (conversation, messages[1].id, "assistant")
    assert [hit.passage[begin:end] for begin, end in hit.marks] == ["Café", "café"]


async def test_the_newest_come_first_and_at_most_as_many_as_asked(store: Store) -> None:
    for number in range(5):
        await say(store, f"needle {number}")
    hits = await store.search.messages("needle", limit=3)
    assert [hit.passage for hit in hits] == ["needle 4", "needle 3", "needle 2"]


async def test_superseded_messages_are_not_found(store: Store) -> None:
    conversation = await store.conversations.create("/tmp")
    run_id, _ = await store.runs.create(conversation.id, "Question", OPTIONS)
    for answer in ("first zebra", "second zebra"):
        message = Message(id=store.ids.new("m"), role="assistant", text=answer, run_id=run_id)
        await store.runs.finish(run_id, "done", message)
        await store.runs.claim(run_id, ["done"])
    assert await found(store, "zebra") == ["second zebra"]


async def test_a_deleted_conversation_is_not_found_until_it_is_restored(store: Store) -> None:
    conversation = await say(store, "needle")
    await store.keeping.delete(conversation)
    assert await found(store, "needle") == []
    await store.keeping.restore(conversation)
    assert await found(store, "needle") == ["needle"]


async def test_what_is_purged_leaves_the_index(store: Store) -> None:
    conversation = await say(store, "needle")
    await say(store, "other needle")
    await store.keeping.delete(conversation)
    assert await store.keeping.purge() == 1
    assert await found(store, "needle") == ["other needle"]
    rows = await store.database.read(lambda db: db.execute("SELECT COUNT(*) FROM message_texts").fetchone()[0])
    assert rows == 2  # the other question and its answer
    await store.database.write(
        lambda db: db.execute("INSERT INTO message_index (message_index) VALUES ('integrity-check')")
    )


async def test_a_changed_text_is_found_by_its_new_words(store: Store) -> None:
    await say(store, "needle")
    await store.database.write(lambda db: db.execute("UPDATE messages SET text = 'thimble' WHERE text = 'needle'"))
    assert (await found(store, "needle"), await found(store, "thimble")) == ([], ["thimble"])


async def test_messages_from_before_the_index_are_found(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite3"
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        migrate(db, None, MIGRATIONS[: MIGRATIONS.index(m006_search)])
        db.execute(
            "INSERT INTO conversations (id, title, role, workspace, created_at, updated_at)"
            " VALUES ('c', 'Old', 'chat', '/', '2026-01-01', '2026-01-01')"
        )
        db.execute(
            "INSERT INTO messages (id, conversation_id, position, role, text, created_at)"
            " VALUES ('m', 'c', 1, 'user', 'An old Naïveté', '2026-01-01T00:00:00+00:00')"
        )
    store = await Store.open(path)
    assert await found(store, "ivete") == ["An old Naïveté"]
    await say(store, "a new naivete", conversation="c")
    assert len(await found(store, "naivete")) == 2
    await store.close()


async def test_a_hit_shows_where_the_whole_query_stands(store: Store) -> None:
    await say(store, "Question", "".join(f"## Part {number}\n\n" + "word " * 40 for number in range(40)))
    (hit,) = await store.search.messages("part 33")
    assert [hit.passage[begin:end] for begin, end in hit.marks] == ["Part 33"]


def test_a_passage_stands_around_the_first_word() -> None:
    text = "word " * 200 + "the needle is here " + "tail " * 200
    passage, marks = passage_of(text, words_of("needle"))
    assert passage.startswith("…")
    assert passage.endswith("…")
    assert [passage[begin:end] for begin, end in marks] == ["needle"]
    assert len(passage) <= 205


def test_overlapping_marks_are_joined() -> None:
    assert marks_of("abcdef", ("bcd", "cde")) == ((1, 5),)
    assert marks_of("Straße", (fold("STRASSE"),)) == ((0, 6),)
