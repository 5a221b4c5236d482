from desktop.views.code_highlight import lexer_for
from desktop.views.transcript import lexers
from desktop.views.transcript.code_colours import CodeColours


def test_a_lexer_is_loaded_by_a_thread_and_kept() -> None:
    lexers.ask("Rust")
    assert lexers.is_known("rust", 30)
    found, expected = lexers.lexer("RUST"), lexer_for("rust")
    assert found is not None
    assert expected is not None
    assert type(found) is type(expected)
    assert lexers.lexer("rust") is found


def test_a_language_that_nobody_knows_has_none() -> None:
    assert lexers.is_known("no-such-language", 30)
    assert lexers.lexer("no-such-language") is None


def test_colours_wait_for_their_lexer_and_come() -> None:
    colours = CodeColours("haskell")
    while colours.work(["main = print 1"], 5, closed=True):
        assert not colours.is_done
    assert colours.is_done
    assert colours.spans(0)
