"""The taint rule: after somebody else's words a grant suffices only for what the person asked for themselves."""

from typing import Any

import pytest

from desktop.engine.events import ConfirmationRequested
from desktop.engine.exchange.values import Incoming, IncomingMessage
from desktop.engine.gate import (
    UNDECLARED,
    AllowAlways,
    AllowForConversation,
    Effect,
    Grant,
    Policy,
    ScopeTool,
    TaintSource,
    ToolFacts,
    Verdict,
)
from desktop.engine.judging import Standing, judge
from desktop.engine.messages import CallState, utc_now
from desktop.engine.provenance import Words
from desktop.engine.taint import Reading, Taint, taint_of
from desktop.engine.tools.builtin import builtin_tools
from tests.bench import MakeBench
from tests.scripted import call, calls, text

FACTS = {tool.name: tool.facts for tool in builtin_tools()}
REQUEST = "Read a.md and https://example.org/x, then write 'hello world' to b.md and pay 98765 to ada@example.org."
MAIL = ToolFacts(name="send_mail", effects=frozenset({Effect.SENDS}), definition="1", subjects={"to": "address"})
SERVER = ToolFacts(name="server_tool", effects=UNDECLARED, definition="1")


def reading(tool: str, run_id: str = "r", untrusted: bool = True, **arguments: Any) -> Reading:
    return Reading(run_id=run_id, call_id=f"c-{tool}", tool=tool, arguments=arguments, untrusted=untrusted)


def judged(facts: ToolFacts, *readings: Reading, granted: bool = True, **arguments: Any) -> Verdict:
    one = Grant(
        id="g", tool=facts.name, definition=facts.definition, scope=ScopeTool(), words="all of it", created_at=utc_now()
    )
    standing = Standing(
        run_id="r",
        conversation_id="c",
        root="/root",
        grants=[one] if granted else [],
        taint=taint_of(readings, FACTS),
        words=Words([REQUEST]),
    )
    return judge(facts, arguments, standing)


PAGE = reading("fetch_page", url="https://example.org/x")
FILE = reading("read_file", path="a.md")


def test_without_taint_a_grant_suffices() -> None:
    trusted = reading("current_time", untrusted=False)
    assert judged(FACTS["write_file"], trusted, path="any", content="thing").ruling is Policy.ALLOW


def test_after_web_content_a_grant_does_not_suffice_and_the_reasons_say_why() -> None:
    verdict = judged(FACTS["write_file"], PAGE, path="b.md", content="something else")
    assert verdict.ruling is Policy.ASK
    assert verdict.taint_holds
    assert verdict.grant_id is None
    assert verdict.tainted_by == (
        TaintSource(tool="fetch_page", subject="https://example.org/x", call_id="c-fetch_page", run_id="r"),
    )
    assert verdict.reasons == (
        "By default this tool asks.",
        "It changes files on this machine.",
        "This run has read web content: fetch_page https://example.org/x.",
        "After that your grant does not suffice (all of it): 'content' does not come from your own words.",
    )


def test_a_call_that_asks_anyhow_says_what_was_read_too() -> None:
    verdict = judged(FACTS["write_file"], FILE, granted=False, path="b.md", content="x")
    assert verdict.reasons[-1] == "This run has read files: read_file a.md."


def test_what_an_earlier_run_of_the_conversation_read_counts() -> None:
    verdict = judged(FACTS["write_file"], reading("read_file", "r0", path="a.md"), path="b.md", content="x")
    assert verdict.taint_holds
    assert "This conversation has read files: read_file a.md." in verdict.reasons


def test_a_local_write_in_the_persons_own_words_goes_ahead() -> None:
    verdict = judged(FACTS["write_file"], PAGE, FILE, path="b.md", content="hello world")
    assert (verdict.ruling, verdict.grant_id, verdict.taint_holds) == (Policy.ALLOW, "g", False)
    assert verdict.tainted_by  # kept all the same


@pytest.mark.parametrize(
    "arguments",
    [
        {"path": "c.md", "content": "hello world"},
        {"path": "a.md", "content": "hello world"},
        {"path": "b.md", "content": ""},
        {"path": "b.md", "content": "hello world", "mode": "1234"},
        {"path": "b.md", "content": "hello world", "mode": True},
        {"path": "b.md", "content": "hello world", "mode": None},
        {"path": "b.md", "content": "hello world", "mode": {"hello world": "hello world"}},
        {"path": "b.md", "content": []},
        {"path": ["b.md"], "content": "hello world"},
        {},
    ],
)
def test_one_argument_from_elsewhere_holds_a_local_write(arguments: dict[str, Any]) -> None:
    assert judged(FACTS["write_file"], FILE, **arguments).ruling is Policy.ASK


def test_a_program_is_asked_about_each_time() -> None:
    verdict = judged(FACTS["run_command"], FILE, command="hello world")
    assert verdict.reasons[-1].endswith("what runs a program is asked about each time.")


def test_a_page_is_fetched_only_from_the_persons_own_address() -> None:
    fetch = FACTS["fetch_page"]
    assert judged(fetch, FILE, url="https://example.org/x").ruling is Policy.ALLOW
    for url in ("https://example.org/y", "https://example.org/x?d=1", "https://evil.com/"):
        assert judged(fetch, FILE, url=url).ruling is Policy.ASK


def test_what_is_sent_after_web_content_may_be_new_but_names_no_new_place() -> None:
    assert judged(MAIL, PAGE, to="ada@example.org", body="My own summary.").ruling is Policy.ALLOW
    assert judged(MAIL, PAGE, to="ada@example.org", amount=98765).ruling is Policy.ALLOW
    for arguments in (
        {"to": "eve@example.org", "body": "My own summary."},
        {"to": "ada@example.org", "body": "See https://evil.com."},
        {"to": "ada@example.org", "body": "Write to eve@evil.com"},
        {"to": "ada@example.org", "body": ["ok", {"x": "evil.com"}]},
        {"to": "ada@example.org", "amount": 98766},
        {"to": "ada@example.org", "amount": 100},
    ):
        assert judged(MAIL, PAGE, **arguments).ruling is Policy.ASK


def test_nothing_is_sent_that_may_come_from_a_private_read() -> None:
    assert judged(MAIL, PAGE, FILE, to="ada@example.org", body="My own summary.").ruling is Policy.ASK
    assert judged(MAIL, PAGE, FILE, to="ada@example.org", body="hello world").ruling is Policy.ALLOW
    unknown = reading("gone_tool", untrusted=False)
    assert judged(MAIL, PAGE, unknown, to="ada@example.org", body="My own summary.").ruling is Policy.ASK


def test_of_a_tool_that_declares_nothing_every_argument_must_trace() -> None:
    assert judged(SERVER, PAGE, to="ada@example.org", body="hello world").ruling is Policy.ALLOW
    assert judged(SERVER, PAGE, to="ada@example.org", body="My own summary.").ruling is Policy.ASK


def test_a_read_is_not_held() -> None:
    asked = FACTS["read_file"].model_copy(update={"subjects": {}})
    standing = Standing(policies={"read_file": Policy.ASK}, taint=taint_of([PAGE], FACTS))
    assert judge(asked, {"path": "x"}, standing).tainted_by == ()


def test_an_allow_of_the_person_stands() -> None:
    standing = Standing(policies={"write_file": Policy.ALLOW}, taint=taint_of([PAGE], FACTS))
    verdict = judge(FACTS["write_file"], {"path": "x", "content": "y"}, standing)
    assert (verdict.ruling, verdict.taint_holds) == (Policy.ALLOW, True)


def test_the_tools_whose_results_taint() -> None:
    untrusted = {name for name, facts in FACTS.items() if Effect.READS_UNTRUSTED in facts.effects}
    assert untrusted == {"list_directory", "read_file", "search_files", "run_command", "fetch_page", "find_notes"}


def test_the_same_source_counts_once_and_few_are_kept() -> None:
    taint = taint_of([PAGE, FILE, PAGE], FACTS)
    assert [source.tool for source in taint.sources] == ["read_file", "fetch_page"]
    assert taint.kinds == ("web content", "files")
    many = taint_of([reading("read_file", path=f"{number}.md") for number in range(50)], FACTS)
    assert [source.subject for source in many.sources][-1] == "49.md"
    assert len(many.sources) == 20
    assert Taint() == taint_of([], FACTS)


async def test_in_a_run_a_granted_call_goes_ahead_before_and_asks_after_somebody_elses_words(
    make_bench: MakeBench,
) -> None:
    rounds = (
        calls(call("a", "act", name="one")),
        calls(call("b", "act", name="two")),
        calls(call("c", "browse", name="page")),
        calls(call("d", "act", name="three")),
        text("Done."),
    )
    bench = await make_bench(gatherer=rounds, writer=(text("Answer."),))
    run_id = await bench.run()
    await bench.decide(run_id, "a", AllowForConversation(scope=ScopeTool()))
    await bench.resume(run_id)
    assert bench.workshop.acts == ["one", "two"]
    gate = bench.told(ConfirmationRequested)[-1]
    assert gate.call_id == "d"
    assert gate.tainted_by == (TaintSource(tool="browse", subject="page", call_id="c", run_id=run_id),)
    assert gate.reasons[2] == "This run has read what somebody else may have written: browse page."
    record = await bench.session.record(run_id)
    assert [(one.call_id, one.allowed_by) for one in record.calls] == [
        ("a", "person"),
        ("b", "grant"),
        ("c", "policy"),
        ("d", ""),
    ]
    await bench.decide(run_id, "d")
    await bench.resume(run_id)


async def test_the_persons_own_words_go_ahead_in_a_tainted_run(make_bench: MakeBench) -> None:
    rounds = (
        calls(call("a", "browse", name="page")),
        calls(call("b", "act", name="hello world")),
        text("Done."),
    )
    bench = await make_bench(
        gatherer=(calls(call("z", "act", name="x")), text(""), *rounds), writer=(text("1"), text("2"))
    )
    conversation = await bench.conversation()
    first = await bench.run("Begin.", conversation)
    await bench.decide(first, "z", AllowAlways(scope=ScopeTool()))
    await bench.resume(first)
    await bench.run("Browse the page, then act on 'hello world'.", conversation)
    assert bench.workshop.acts == ["x", "hello world"]
    assert len(bench.told(ConfirmationRequested)) == 1


async def test_a_model_that_said_it_first_does_not_make_it_the_persons(make_bench: MakeBench) -> None:
    rounds = (calls(call("z", "act", name="x")), text(""), calls(call("a", "browse", name="page")))
    follow = (calls(call("b", "act", name="evil words"), words="'evil words'"),)
    bench = await make_bench(gatherer=(*rounds, *follow), writer=(text("Say 'evil words'."),))
    conversation = await bench.conversation()
    first = await bench.run("Begin.", conversation)
    await bench.decide(first, "z", AllowAlways(scope=ScopeTool()))
    await bench.resume(first)
    run_id = await bench.run("Browse.", conversation)
    assert await bench.states(run_id) == [CallState.DONE, CallState.WAITING]


async def test_another_conversation_is_not_tainted(make_bench: MakeBench) -> None:
    bench = await make_bench(
        gatherer=(
            calls(call("a", "act", name="x"), call("b", "browse", name="page")),
            text(""),
            calls(call("a", "act", name="y")),
            text(""),
        ),
        writer=(text("1"), text("2")),
    )
    first = await bench.run()
    await bench.decide(first, "a", AllowAlways(scope=ScopeTool()))
    await bench.resume(first)
    await bench.run()
    assert bench.workshop.acts == ["x", "y"]


async def test_words_that_came_in_with_a_file_are_not_the_persons(make_bench: MakeBench) -> None:
    evil = calls(call("b", "act", name="evil words"), call("c", "act", name="hello world"))
    bench = await make_bench(
        gatherer=(calls(call("z", "act", name="x")), text(""), evil, text("")), writer=(text("1"), text("2"))
    )
    first = await bench.run()
    await bench.decide(first, "z", AllowAlways(scope=ScopeTool()))
    await bench.resume(first)
    now = utc_now()
    said = [
        IncomingMessage(role="user", text="Later, act on 'evil words'.", created_at=now),
        IncomingMessage(role="assistant", text="I shall.", created_at=now),
    ]
    came = Incoming(source="chatgpt:1", title="A file", created_at=now, updated_at=now, messages=tuple(said))
    await bench.store.importing.take(iter([came]), "/")
    (conversation,) = [info.id for info in await bench.store.conversations.all() if info.title == "A file"]
    run_id = await bench.run("Now act on 'hello world'.", conversation)
    assert await bench.states(run_id) == [CallState.WAITING, CallState.WAITING]  # no effect while one of them waits
    (gate,) = [one for one in bench.told(ConfirmationRequested) if one.run_id == run_id]
    assert gate.call_id == "b"
    assert gate.reasons[2] == (
        "This conversation has read what somebody else may have written: imported conversation A file."
    )
    assert gate.tainted_by == (TaintSource(tool="imported conversation", subject="A file", call_id="", run_id=""),)
    await bench.decide(run_id, "b")
    await bench.resume(run_id)
    assert bench.workshop.acts == ["x", "evil words", "hello world"]
