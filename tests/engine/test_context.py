"""What the orchestrator sees: the conversation and the request, set apart; then the rounds."""

from desktop.engine.context import opening_request, round_request
from desktop.engine.gate import Policy
from desktop.engine.limits import Limits
from desktop.engine.messages import CallState, Message, ToolCall
from desktop.engine.requests import ToolDeclaration, ToolResults, UserText
from desktop.engine.store.records import StoredCall, StoredRound
from tests.bench import AT_ONCE, MakeBench
from tests.scripted import call, calls, text

LOOK = ToolDeclaration(name="look", description="Looks.", parameters={"type": "object"})


def said(role: str, words: str) -> Message:
    return Message.model_validate({"id": "m", "role": role, "text": words})


def opening(history: list[Message], budget: int = 1000) -> tuple[str, ...]:
    request = opening_request(system="S", history=history, request="Now?", tools=(LOOK,), budget_tokens=budget)
    assert request.system == "S"
    assert request.tools == (LOOK,)
    assert request.allow_calls
    texts = []
    for item in request.items:
        assert isinstance(item, UserText)
        texts.append(item.text)
    return tuple(texts)


def stored(call_id: str, result: str) -> StoredCall:
    return StoredCall(
        call=ToolCall(id=call_id, tool="look"),
        round=1,
        side_effects=False,
        ruling=Policy.ALLOW,
        state=CallState.DONE,
        result=result,
    )


def test_a_first_request_stands_alone() -> None:
    assert opening([]) == ("Now?",)


def test_the_conversation_and_the_request_stand_apart() -> None:
    assert opening([said("user", "Hi."), said("assistant", "Hello.")]) == (
        "The conversation so far, for background:",
        '<message from="person">\nHi.\n</message>',
        '<message from="assistant">\nHello.\n</message>',
        "The person's request:\n\nNow?",
    )


def test_messages_that_are_left_out_are_counted_in_a_mark() -> None:
    head, cut, short, _ = opening([said("user", "x" * 400), said("assistant", "y" * 400), said("user", "Short.")], 80)
    assert "[1 earlier message is left out here]" in head
    assert "of 400 characters of this message are left out here" in cut
    assert "Short." in short


def test_a_history_that_is_left_out_whole_is_marked() -> None:
    background, _ = opening([said("user", "x" * 4000)], 0)
    assert background == "The conversation so far, for background:\n\n[1 earlier message is left out here]"


def test_each_rounds_turn_is_followed_by_its_results() -> None:
    base = opening_request(system="", history=[], request="Now?", tools=(), budget_tokens=0)
    turn = calls(call("a", "look"))
    past = StoredRound(round=1, turn=turn, calls=(stored("a", "seen"),))
    request = round_request(base, [past, StoredRound(round=2, turn=text("Done."))], 100)
    assert request.items == (
        UserText(text="Now?"),
        turn,
        ToolResults(results=(stored("a", "seen").as_result,)),
        text("Done."),
    )


def test_a_long_result_is_cut_with_a_mark() -> None:
    base = opening_request(system="", history=[], request="Now?", tools=(), budget_tokens=0)
    past = StoredRound(round=1, turn=calls(call("a", "look")), calls=(stored("a", "z" * 4000),))
    results = round_request(base, [past], 100).items[-1]
    assert isinstance(results, ToolResults)
    assert "of 4,000 characters of this result are left out here" in results.results[0].text


async def test_the_budget_of_the_settings_holds_for_both_brains(make_bench: MakeBench) -> None:
    bench = await make_bench(
        gatherer=(text(""), text("")),
        writer=(text("A long answer. " * 200), text("B.")),
        limits=Limits(history_tokens=100, retry=AT_ONCE),
    )
    conversation = await bench.conversation()
    await bench.run("First.", conversation)
    await bench.run("Second.", conversation)
    for request in (bench.gatherer.requests[1], bench.writer.requests[1]):
        said_all = request.model_dump_json()
        assert "characters of this message are left out here" in said_all
