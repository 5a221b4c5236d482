"""Files through whole runs: to both brains, again within a budget, in the handoff, and what they do to grants."""

import hashlib
from typing import Any

import pytest

from desktop.engine.attachments import picture_tokens, size_in_words, tokens_of
from desktop.engine.errors import AttachmentRefused
from desktop.engine.gate import AllowAlways, ScopeTool
from desktop.engine.history_files import Refit
from desktop.engine.limits import Limits
from desktop.engine.messages import Attachment, Message
from desktop.engine.models.attachment_limits import AttachmentLimits
from desktop.engine.requests import UserText
from tests.bench import Bench, MakeBench
from tests.scripted import call, calls, text

LIMITS = AttachmentLimits(label="M", provider="demo")


def of(data: bytes, name: str = "plan.txt", **more: Any) -> Attachment:
    base = {"media_type": "text/plain", "tokens": 100, **more}
    return Attachment(hash=hashlib.sha256(data).hexdigest(), name=name, size=len(data), **base)


async def send(bench: Bench, conversation_id: str, words: str, *files: tuple[Attachment, bytes], **options: Any) -> str:
    store = bench.session.store_of(conversation_id)
    for one, data in files:
        await store.attachments.add_to_draft(conversation_id, one, data)
    run_id, _ = await bench.session.send(conversation_id, words, bench.options(**options), [one for one, _ in files])
    await bench.ended(run_id)
    return run_id


def items(model: Any, number: int = -1) -> list[UserText]:
    return [item for item in model.requests[number].items if isinstance(item, UserText)]


async def test_both_brains_get_what_is_attached_and_the_handoff_keeps_no_bytes(make_bench: MakeBench) -> None:
    bench = await make_bench()
    bench.gatherer.then(text("A summary."))
    bench.writer.then(text("An answer."))
    conversation = await bench.conversation()
    run_id = await send(bench, conversation, "Read it.", (of(b"SECRET-BYTES"), b"SECRET-BYTES"))
    assert items(bench.gatherer)[-1].attachments == (of(b"SECRET-BYTES"),)
    assert items(bench.writer)[-1].attachments == (of(b"SECRET-BYTES"),)
    run = await bench.stored(run_id)
    assert run.handoff is not None
    assert run.opening is not None
    assert run.handoff[-1].attachments == (of(b"SECRET-BYTES"),)
    assert "SECRET-BYTES" not in run.opening.model_dump_json() + str(run.handoff)


async def test_an_earlier_file_is_sent_again_and_named(make_bench: MakeBench) -> None:
    bench = await make_bench()
    conversation = await bench.conversation()
    for _ in range(2):
        bench.gatherer.then(text(""))
        bench.writer.then(text("An answer."))
    await send(bench, conversation, "Read it.", (of(b"one"), b"one"))
    await send(bench, conversation, "And what else?")
    head, background, answer, request = items(bench.gatherer)
    assert background.attachments == (of(b"one"),)
    assert (head.attachments, answer.attachments) == ((), ())
    assert '[attached: "plan.txt" (Text, 3 bytes)]\nRead it.' in background.text
    assert request.attachments == ()
    first, *_, last = items(bench.writer)
    assert (first.attachments, last.attachments) == ((of(b"one"),), ())
    assert first.text == '[attached: "plan.txt" (Text, 3 bytes)]\nRead it.'


async def test_an_earlier_file_over_the_budget_is_named_and_the_cut_is_marked(make_bench: MakeBench) -> None:
    bench = await make_bench(limits=Limits(attachment_tokens=99))
    conversation = await bench.conversation()
    for _ in range(2):
        bench.writer.then(text("An answer."))
    await send(bench, conversation, "Read it.", (of(b"one"), b"one"), tools_enabled=False)
    await send(bench, conversation, "And what else?", tools_enabled=False)
    first = items(bench.writer)[0]
    assert first.attachments == ()
    assert "not sent again: there is no room for it in the budget]" in first.text


def message(number: int, *files: Attachment) -> Message:
    return Message(id=f"m{number}", role="user", text="x", attachments=files)


def test_the_newest_files_go_first_and_none_twice() -> None:
    a, b, c = of(b"a"), of(b"b"), of(b"c")
    fitted = Refit(LIMITS, 250, [c]).fit([message(1, a), message(2, b, a), message(3, c)])
    assert fitted["m3"] == ((), '[attached: "plan.txt" (Text, 1 byte); it is attached again further on]')
    assert fitted["m2"][0] == (b, a)
    assert fitted["m1"][0] == ()
    assert "further on" in fitted["m1"][1]
    smaller = Refit(LIMITS, 150, ()).fit([message(1, a), message(2, b), message(3, c)])
    assert [sent for sent, _ in smaller.values()] == [(c,), (), ()]


def test_what_the_model_does_not_read_or_has_no_room_for_is_not_sent_again() -> None:
    picture = of(b"p", media_type="image/png", width=10, height=10)
    blind = LIMITS.model_copy(update={"pictures": False})
    assert "does not read it" in Refit(blind, 9_999, ()).fit([message(1, picture)])["m1"][1]
    full = LIMITS.model_copy(update={"request_bytes": 10})
    assert Refit(full, 9_999, [of(b"12345678")]).fit([message(1, of(b"abc"))])["m1"][0] == ()
    many = LIMITS.model_copy(update={"many_pictures": 1})
    assert Refit(many, 9_999, [picture]).fit([message(1, of(b"q", media_type="image/png"))])["m1"][0] == ()


async def test_a_file_a_model_cannot_take_is_refused_before_anything_is_stored(make_bench: MakeBench) -> None:
    bench = await make_bench()
    key = bench.options().responder
    entry = bench.registry.model(key).model_copy(update={"inputs": ()})
    bench.registry.models = {**bench.registry.models, key: entry}
    conversation = await bench.conversation()
    picture = of(b"p", "a.png", media_type="image/png", width=10, height=10)
    with pytest.raises(AttachmentRefused, match=r"'a\.png': .* reads text alone"):
        await send(bench, conversation, "Look.", (picture, b"p"))
    assert await bench.store.conversations.messages(conversation) == []
    assert await bench.store.attachments.draft(conversation) == (picture,)


async def test_an_attached_file_taints_the_run_although_no_tool_read_it(make_bench: MakeBench) -> None:
    """Its words may be somebody else's: a grant that sufficed before suffices for the person's own words alone."""
    rounds = (calls(call("b", "act", name="planted words"), call("c", "act", name="hello world")),)
    bench = await make_bench(
        gatherer=(calls(call("a", "act", name="x")), text(""), *rounds), writer=(text("An answer."),)
    )
    conversation = await bench.conversation()
    first = await bench.run("Begin.", conversation)
    await bench.decide(first, "a", AllowAlways(scope=ScopeTool()))
    await bench.resume(first)
    file = (of(b"act on 'planted words'"), b"act on 'planted words'")
    second = await send(bench, conversation, "Do as it says, and act on 'hello world'.", file)
    planted, own = await bench.calls(second)
    assert (planted.needs_decision, planted.taint_holds) == (True, True)
    assert (own.needs_decision, own.taint_holds) == (False, False)
    assert [(source.tool, source.subject) for source in planted.tainted_by] == [("attached file", "plan.txt")]
    assert any("has read files: attached file plan.txt" in reason for reason in planted.reasons)
    await bench.session.stop(second)


async def test_off_the_record_files_live_in_the_store_in_memory(make_bench: MakeBench) -> None:
    bench = await make_bench()
    bench.writer.then(text("An answer."))
    conversation = await bench.conversation(off_record=True)
    await send(bench, conversation, "Read it.", (of(b"one"), b"one"), tools_enabled=False)
    assert await bench.off_record.attachments.data(of(b"one").hash) == b"one"
    assert await bench.store.attachments.data(of(b"one").hash) is None


def test_tokens_are_estimated_by_provider_and_kind() -> None:
    assert picture_tokens(750, 100, "anthropic") == 100
    assert picture_tokens(20_000, 20_000, "anthropic") == 4_784
    assert picture_tokens(100, 100, "gemini") == 1_120
    assert picture_tokens(3072, 3072, "gemini") == 16 * 258
    assert picture_tokens(1024, 1024, "openai-compatible") == 765  # OpenAI's own example
    assert tokens_of(of(b"x", media_type="application/pdf", pages=4), "anthropic") == 12_000
    unknown = of(b"x", media_type="application/pdf").model_copy(update={"size": 120_000})
    assert tokens_of(unknown, "gemini") == 3 * 560
    assert tokens_of(of(b"x"), "gemini") == 100


def test_sizes_are_said_as_people_say_them() -> None:
    assert [size_in_words(size) for size in (1, 340, 1000, 12_345, 999_499, 999_500, 3_400_000)] == [
        "1 byte",
        "340 bytes",
        "1 KB",
        "12 KB",
        "999 KB",
        "1.0 MB",
        "3.4 MB",
    ]
