"""The words for what is known of a message."""

from desktop.engine.messages import Brain, Message, MessageDetails, StopReason, Usage
from desktop.views.message_details import details_text, tokens_text


def test_tokens_tell_what_was_read_from_the_cache_and_written_to_it() -> None:
    assert tokens_text(Usage(input_tokens=12_000, output_tokens=34)) == "12,000 → 34 tokens"
    assert tokens_text(Usage(input_tokens=12_000, cached_tokens=9_000, output_tokens=34)) == (
        "12,000 (9,000 from cache) → 34 tokens"
    )
    both = Usage(input_tokens=12_000, cached_tokens=9_000, cache_write_tokens=2_500, output_tokens=34)
    assert tokens_text(both) == "12,000 (9,000 from cache, 2,500 to cache) → 34 tokens"


def test_details_name_all_that_is_known_the_most_telling_first() -> None:
    details = MessageDetails(
        model="m-1",
        label="Model One",
        provider="anthropic",
        host="llm.example.org",
        brain=Brain.RESPONDER,
        fallback=True,
        usage=Usage(input_tokens=10, output_tokens=5, cost_usd=0.0213),
        gather_ms=4_200,
        answer_ms=125_000,
        stop=StopReason.MAX_TOKENS,
    )
    message = Message(id="m_1", role="assistant", text="", details=details)
    assert details_text(message) == (
        "Model One · fallback · llm.example.org · 10 → 5 tokens · $0.0213 · gathered 4.2 s · wrote 2 min 5 s"
        " · max tokens"
    )
