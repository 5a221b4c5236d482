"""Reading exports of this program, of ChatGPT and of Claude, and taking them in whole or not at all."""

import io
import json
import zipfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from desktop.engine.errors import BadFile
from desktop.engine.exchange.reading import read_conversations
from desktop.engine.exchange.values import Incoming
from desktop.engine.exchange.writing import write_conversations
from desktop.engine.messages import Message, MessageDetails, Usage
from desktop.engine.store.backup import back_up
from desktop.engine.store.exporting import conversation_reader
from desktop.engine.store.store import Store
from tests.engine.store.test_search import OPTIONS, say


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = await Store.open(tmp_path / "cortex.sqlite3")
    yield store
    await store.close()


def node(name: str, parent: str | None, message: dict[str, Any] | None, *children: str) -> dict[str, Any]:
    return {"id": name, "parent": parent, "children": list(children), "message": message}


def said(role: str, *parts: Any, kind: str = "text", **more: Any) -> dict[str, Any]:
    return {"author": {"role": role}, "content": {"content_type": kind, "parts": list(parts)}, **more}


def chatgpt(title: str = "A tree", source: str = "g1") -> dict[str, Any]:
    nodes = [
        node("root", None, None, "s"),
        node("s", "root", said("system", "hidden rules"), "u1"),
        node("u1", "s", said("user", "First question", create_time=1_700_000_000.5), "old", "new"),
        node("old", "u1", said("assistant", "The old answer")),
        node("new", "u1", said("assistant", "The new answer", metadata={"model_slug": "gpt-x"}), "call"),
        node("call", "new", said("assistant", "search(1)", recipient="browser"), "result"),
        node("result", "call", said("tool", "what was found"), "think"),
        node("think", "result", {"author": {"role": "assistant"}, "content": {"content_type": "thoughts"}}, "end"),
        node("end", "think", said("assistant", "And more."), "u2"),
        node(
            "u2",
            "end",
            said(
                "user",
                {"content_type": "image_asset_pointer", "asset_pointer": "file-service://x"},
                "What is this?",
                kind="multimodal_text",
                metadata={"attachments": [{"name": "notes.pdf"}]},
            ),
        ),
    ]
    return {
        "title": title,
        "create_time": 1_700_000_000.0,
        "update_time": 1_700_000_100.0,
        "conversation_id": source,
        "current_node": "u2",
        "mapping": {each["id"]: each for each in nodes},
    }


def claude(source: str = "k1") -> dict[str, Any]:
    return {
        "uuid": source,
        "name": "With files",
        "created_at": "2026-01-02T03:04:05.000000Z",
        "updated_at": "2026-01-02T04:04:05Z",
        "chat_messages": [
            {
                "uuid": "m1",
                "sender": "human",
                "text": "Read this",
                "content": [{"type": "text", "text": "Read this"}],
                "created_at": "2026-01-02T03:04:05Z",
                "attachments": [{"file_name": "a.md", "extracted_content": "```\ncode\n```"}],
                "files": [{"file_name": "picture.png"}],
            },
            {
                "uuid": "m2",
                "sender": "assistant",
                "text": "flattened",
                "content": [
                    {"type": "thinking", "thinking": "hm"},
                    {"type": "text", "text": "One."},
                    {"type": "tool_use", "name": "web_search", "input": {}},
                    {"type": "tool_result", "content": []},
                    {"type": "text", "text": "Two."},
                    {"type": "voice_note"},
                ],
                "created_at": "2026-01-02T03:05:05Z",
            },
            {"uuid": "m3", "sender": "human", "text": "Old form", "created_at": "2026-01-02T03:06:05Z"},
        ],
    }


def written(folder: Path, value: Any, name: str = "conversations.json") -> Path:
    path = folder / name
    path.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
    return path


def zipped(folder: Path, **members: Any) -> Path:
    path = folder / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, value in members.items():
            archive.writestr(f"{name}.json", json.dumps(value))
    return path


def read(path: Path) -> list[Incoming]:
    """The conversations of a file that holds nothing else."""
    found = list(read_conversations(path))
    assert all(isinstance(each, Incoming) for each in found)
    return [each for each in found if isinstance(each, Incoming)]


def texts(one: Incoming) -> list[tuple[str, str]]:
    return [(each.role, each.text) for each in one.messages]


def test_chatgpt_the_current_branch_is_read(tmp_path: Path) -> None:
    (one,) = read(written(tmp_path, [chatgpt()]))
    assert one.source == "chatgpt:g1"
    assert texts(one) == [
        ("user", "First question"),
        ("assistant", "The new answer\n\n[Tool call: browser]\n\nAnd more."),
        ("user", "[Image]\n\nWhat is this?\n\n[Attached file: notes.pdf]"),
    ]
    assert one.messages[1].details == MessageDetails(model="gpt-x", label="gpt-x")
    assert one.messages[0].created_at.timestamp() == 1_700_000_000.5


def test_chatgpt_without_a_current_node_the_last_leaf_is_read(tmp_path: Path) -> None:
    tree = chatgpt()
    del tree["current_node"]
    (one,) = read(written(tmp_path, [tree]))
    assert len(one.messages) == 3


def test_claude_blocks_and_attachments_are_read(tmp_path: Path) -> None:
    (one,) = read(written(tmp_path, [claude()]))
    assert (one.source, one.title) == ("claude:k1", "With files")
    assert texts(one) == [
        ("user", "Read this\n\n[Attached file: a.md]\n\n````\n```\ncode\n```\n````\n\n[Attached file: picture.png]"),
        ("assistant", "One.\n\n[Tool call: web_search]\n\nTwo.\n\n[Voice note]"),
        ("user", "Old form"),
    ]


def test_zips_are_read_all_parts_in_order(tmp_path: Path) -> None:
    parts = {"conversations-001": [chatgpt("B", "g2")], "conversations-000": [chatgpt("A", "g1")], "user": {"id": 1}}
    assert [one.title for one in read(zipped(tmp_path, **parts))] == ["A", "B"]


LOOP = chatgpt()
LOOP["mapping"]["root"]["parent"] = "u2"
LOST = chatgpt() | {"current_node": "gone"}
NAMELESS = claude()
del NAMELESS["uuid"]
OWN: dict[str, Any] = {"format": "cortex-desktop", "version": 1}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "no JSON list or object"),
        ("hello", "no JSON list or object"),
        ("[1]", "conversation 1 is no JSON object"),
        ('[{"a": 1}]', "in no form that is known"),
        ('{"a": 1}', "no list of conversations"),
        ("[]", "holds no conversation"),
        ('[{"mapping": {}', "no whole JSON.*ends too early"),
        ("[{}] x", "in no form|more text"),
        ("[" * 100_000, "nested too deeply|no whole JSON"),
        ([LOOP], "in a circle"),
        ([LOST], "not in it"),
        ([NAMELESS], "'uuid' is missing in conversation 1"),
        ([claude() | {"chat_messages": [{"sender": "bot", "text": "x"}]}], "by 'bot'"),
        ([claude() | {"chat_messages": "x"}], "is no list"),
        (OWN | {"version": 3, "conversations": [{"id": "c"}]}, "version 3"),
        (OWN | {"version": 3, "files": [{"file": "f"}]}, "version 3"),
        (OWN | {"conversations": [], "files": [{"data": ""}]}, "'file' is missing in a file"),
        (OWN | {"conversations": [{"id": "c", "messages": [{"role": "user"}]}]}, "cannot be read: 0.text"),
    ],
)
def test_a_bad_file_says_what_is_wrong(tmp_path: Path, content: Any, says: str) -> None:
    with pytest.raises(BadFile, match=says):
        list(read_conversations(written(tmp_path, content)))


async def test_a_backup_is_told_from_an_export(store: Store, tmp_path: Path) -> None:
    assert store.database.path is not None
    backup = tmp_path / "mine.json"
    back_up(store.database.path, backup)
    with pytest.raises(BadFile, match="is a backup of everything") as told:
        await store.importing.take(read_conversations(backup), "/w")
    assert "Restore a backup" in told.value.action


def test_binary_and_damaged_zips_say_what_is_wrong(tmp_path: Path) -> None:
    binary = tmp_path / "picture.json"
    binary.write_bytes(b"[\xff\xfe]")
    with pytest.raises(BadFile, match="no text in UTF-8"):
        list(read_conversations(binary))
    with pytest.raises(BadFile, match=r"holds no conversations\.json"):
        list(read_conversations(zipped(tmp_path, other=[1])))
    whole = zipped(tmp_path, conversations=[chatgpt(), claude()])
    data = bytearray(whole.read_bytes())
    data[60:90] = bytes(30)
    whole.write_bytes(data)
    with pytest.raises(BadFile, match="cannot be unpacked"):
        list(read_conversations(whole))


async def test_conversations_are_taken_in_and_found(store: Store, tmp_path: Path) -> None:
    told: list[int] = []
    done = await store.importing.take(read_conversations(written(tmp_path, [chatgpt(), claude()])), "/w", told.append)
    assert (done.taken, done.messages, done.known, told) == (2, 6, (), [2])
    listed = {info.title: info for info in await store.conversations.all()}
    assert set(listed) == {"A tree", "With files"}
    assert listed["A tree"].workspace == "/w"
    (hit,) = await store.search.messages("new answer")
    assert hit.conversation_id == listed["A tree"].id


async def test_what_is_known_is_skipped_and_told_also_twice_in_one_file(store: Store, tmp_path: Path) -> None:
    path = written(tmp_path, [chatgpt(), chatgpt("Twice"), claude() | {"chat_messages": []}])
    first = await store.importing.take(read_conversations(path), "/w")
    assert (first.taken, first.known, first.empty) == (1, ("Twice",), 1)
    again = await store.importing.take(read_conversations(path), "/w")
    assert (again.taken, again.known) == (0, ("A tree", "Twice"))
    assert len(await store.conversations.all()) == 1


async def test_what_was_deleted_can_come_in_again(store: Store, tmp_path: Path) -> None:
    path = written(tmp_path, [chatgpt()])
    await store.importing.take(read_conversations(path), "/w")
    (info,) = await store.conversations.all()
    await store.keeping.delete(info.id)
    assert (await store.importing.take(read_conversations(path), "/w")).taken == 1
    assert len(await store.conversations.all()) == 1


async def test_a_file_that_is_bad_at_its_end_leaves_nothing(store: Store, tmp_path: Path) -> None:
    many = [chatgpt(f"T{number}", f"g{number}") for number in range(60)]
    with pytest.raises(BadFile):
        await store.importing.take(read_conversations(written(tmp_path, [*many, {"bad": 1}])), "/w")
    counts = await store.database.read(
        lambda db: [db.execute(f"SELECT COUNT(*) FROM {t}").fetchone()[0] for t in ("conversations", "message_texts")]
    )
    assert counts == [0, 0]


async def test_nothing_is_shown_before_the_last_is_in(store: Store, tmp_path: Path) -> None:
    async def listed() -> int:
        return len(await store.conversations.all())

    def watched() -> Iterator[Incoming]:
        for number in range(250):
            yield from read(written(tmp_path, [chatgpt(f"T{number}", f"g{number}")]))

    seen: list[Any] = []
    loop_counts: list[int] = []
    done = await store.importing.take(watched(), "/w", seen.append)
    loop_counts.append(await listed())
    assert (done.taken, seen, loop_counts) == (250, [100, 200, 250], [250])


async def export(store: Store, form: Any = "json", redact: Any = str) -> str:
    file = io.StringIO()
    assert store.database.path is not None
    with conversation_reader(store.database.path) as reader:
        write_conversations(file, form, map(reader.read, reader.ids()), reader, redact)
    return file.getvalue()


async def test_own_json_brings_messages_back_without_loss(store: Store, tmp_path: Path) -> None:
    conversation = await store.conversations.create("/tmp")
    run_id, _ = await store.runs.create(conversation.id, 'Question "x"\r\n\u2028 é', OPTIONS)
    for answer in ("First", "Second 漢字"):
        details = MessageDetails(model="m", label="M", usage=Usage(input_tokens=5, cost_usd=0.5), gather_ms=7)
        message = Message(id=store.ids.new("m"), role="assistant", text=answer, run_id=run_id, details=details)
        await store.runs.finish(run_id, "done", message)
        await store.runs.claim(run_id, ["done"])
    await store.runs.finish(run_id, "done", None)
    await store.keeping.rename(conversation.id, "Named")
    await store.keeping.pin(conversation.id, pinned=True)
    path = written(tmp_path, await export(store))
    same = await store.importing.take(read_conversations(path), "/w")
    assert (same.taken, same.known) == (0, ("Named",))
    other = await Store.open(tmp_path / "other.sqlite3")
    assert (await other.importing.take(read_conversations(path), "/w")).taken == 1
    (info,) = await other.conversations.all()
    assert (info.title, info.pinned) == ("Named", True)

    def bare(messages: list[Message]) -> list[Any]:
        return [each.model_dump(exclude={"id", "run_id"}) for each in messages]

    assert bare(await other.conversations.messages(info.id)) == bare(
        await store.conversations.messages(conversation.id)
    )
    again = json.loads(await export(other))["conversations"][0]["messages"]
    first = json.loads(path.read_text(encoding="utf-8"))["conversations"][0]["messages"]
    kept = ("role", "text", "created_at", "details", "superseded")
    assert [[each[k] for k in kept] for each in again] == [[each[k] for k in kept] for each in first]
    assert _places(again) == _places(first)
    assert len({place for _chosen, place in _places(first)}) == 2, "two answers stand behind one message"
    await other.close()


def _places(messages: list[dict[str, Any]]) -> list[tuple[bool, int | None]]:
    """Whether each message is the chosen one, and which of them it stands behind."""
    ids = [each["id"] for each in messages]
    return [(each["chosen"], ids.index(each["parent_id"]) if each["parent_id"] else None) for each in messages]


async def test_keys_are_in_no_export(store: Store) -> None:
    await say(store, "My key is SECRET-1", "I see SECRET-1")
    for form in ("json", "markdown", "html"):
        assert "SECRET-1" not in await export(store, form, lambda text: text.replace("SECRET-1", "[redacted]"))


async def test_html_is_escaped_and_loads_nothing(store: Store) -> None:
    await say(store, "<script>alert(1)</script>", "<img src=x>\n\n![p](http://e.org/x.png) [a](javascript:b) **b**")
    await store.keeping.rename((await store.conversations.all())[0].id, "<b>T</b>")
    page = await export(store, "html")
    assert "&lt;script&gt;" in page
    assert "<strong>b</strong>" in page
    assert "&lt;b&gt;T&lt;/b&gt;" in page
    for tag in ("<script", "<img", 'href="javascript', "<b>"):
        assert tag not in page


async def test_markdown_has_roles_and_times(store: Store) -> None:
    await say(store, "A question", "An *answer*")
    page = await export(store, "markdown")
    assert page.startswith("# A question\n\n2")
    assert "\n## You · 20" in page
    assert "\n## Assistant · 20" in page
    assert page.endswith("\nAn *answer*\n")
