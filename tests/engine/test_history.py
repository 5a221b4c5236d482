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
    history = [message("a" * 400), message("b" * 400), message("c" * 40)]
    chosen, left_out = fit_history(history, 30)
    assert [text for _, text in chosen] == ["c" * 40]
    assert left_out == 2


def test_a_message_that_fits_in_part_is_cut_with_a_mark() -> None:
    history = [message("old"), message("b" * 4000), message("c" * 40)]
    chosen, left_out = fit_history(history, 200)
    assert left_out == 1
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
    whole = [text for one, text in chosen if text == one.text]
    assert sum(map(estimate_tokens, whole)) <= budget
    assert len(chosen) - len(whole) <= 1


@given(st.text(max_size=3000), st.integers(min_value=0, max_value=800))
def test_a_text_is_either_whole_or_marked_as_cut(text: str, limit: int) -> None:
    cut = trim_middle(text, limit, "text")
    assert (cut == text) == (estimate_tokens(text) <= limit) or "left out here" in cut
    assert len(cut) <= len(text) + 100


@given(st.text())
def test_the_estimate_errs_on_the_side_of_more(text: str) -> None:
    assert estimate_tokens(text) >= len(text) / 4
