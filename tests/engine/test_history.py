"""How much of a conversation goes into a request: newest first, no cut without a mark."""

from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.history import fit_history
from desktop.engine.messages import Message
from desktop.engine.tokens import estimate_tokens, trim_middle


def message(words: str, role: str = "user") -> Message:
    return Message.model_validate({"id": words[:8], "role": role, "text": words})


def test_all_that_fits_goes_in_oldest_first() -> None:
    history = [message("one"), message("two", "assistant"), message("three")]
    assert fit_history(history, 1000) == ([(one, one.text) for one in history], 0)


def test_the_newest_go_in_and_the_left_out_are_counted() -> None:
    history = [message("a" * 160), message("b" * 160), message("c" * 40)]
    chosen, left_out = fit_history(history, 70)
    assert [text for _, text in chosen] == ["c" * 40]
    assert left_out == 2


def test_a_message_longer_than_half_the_budget_is_cut_with_a_mark() -> None:
    history = [message("b" * 4000), message("c" * 40)]
    chosen, left_out = fit_history(history, 200)
    assert left_out == 0
    assert chosen[1][1] == "c" * 40
    cut = chosen[0][1]
    assert cut.startswith("bbb")
    assert cut.endswith("bbb")
    assert "of 4,000 characters of this message are left out here" in cut


def test_with_no_budget_all_is_left_out_and_counted() -> None:
    assert fit_history([message("one"), message("two")], 0) == ([], 2)


def test_an_empty_history_needs_nothing() -> None:
    assert fit_history([], 0) == ([], 0)


@given(st.lists(st.text(min_size=1, max_size=600), max_size=12), st.integers(min_value=0, max_value=600))
def test_what_goes_in_is_the_end_of_the_history_and_holds_the_budget(texts: list[str], budget: int) -> None:
    history = [message(text) for text in texts]
    chosen, left_out = fit_history(history, budget)
    assert [one for one, _ in chosen] == history[left_out:]
    sizes = [min(estimate_tokens(one.text), budget // 2) for one, _ in chosen]
    assert sum(sizes) <= budget
    assert all(text == one.text or "left out here" in text for one, text in chosen)


@given(st.lists(st.integers(min_value=1, max_value=900), min_size=2, max_size=60))
def test_the_cut_moves_in_steps_and_only_forward(sizes: list[int]) -> None:
    budget = 600
    history = [message("x" * size) for size in sizes]
    cuts = [fit_history(history[:end], budget)[1] for end in range(1, len(history) + 1)]
    assert cuts == sorted(cuts)
    for end in range(1, len(history)):
        if cuts[end] != cuts[end - 1]:
            kept = history[cuts[end] : end + 1]
            before = history[cuts[end - 1] : end + 1]
            assert sum(min(estimate_tokens(one.text), budget // 2) for one in before) > budget
            assert sum(min(estimate_tokens(one.text), budget // 2) for one in kept) <= budget * 0.6


@given(st.text(max_size=3000), st.integers(min_value=0, max_value=800))
def test_a_text_is_either_whole_or_marked_as_cut(text: str, limit: int) -> None:
    cut = trim_middle(text, limit, "text")
    assert (cut == text) == (estimate_tokens(text) <= limit) or "left out here" in cut
    assert len(cut) <= len(text) + 100


@given(st.text())
def test_the_estimate_errs_on_the_side_of_more(text: str) -> None:
    assert estimate_tokens(text) >= len(text) / 4
