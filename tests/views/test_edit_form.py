# ruff: noqa: RUF001 - the marks of escapes are among what is tested
"""The form of the arguments: what the schema says becomes fields, and what stands in them becomes arguments."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop.engine.events import ConfirmationRequested
from desktop.engine.gate import Card
from desktop.engine.messages import canonical
from desktop.views.argument_changes import argument_changes
from desktop.views.argument_editor import ArgumentEditor
from desktop.views.argument_schema import ArgumentField, argument_fields, text_of, value_of
from desktop.views.edit_form import EditForm
from desktop.views.edit_text import EditText
from desktop.views.literal_text import hidden_characters
from tests.views.hostile import HOSTILE

KINDS: dict[str, Any] = {
    "text": {"type": "string"},
    "integer": {"type": "integer", "minimum": 1, "maximum": 600, "default": 60},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "choice": {"enum": ["a", "b", 3, None]},
    "constant": {"const": "x"},
    "optional": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None},
    "listed": {"type": ["integer", "null"]},
    "referred": {"$ref": "#/$defs/Colour"},
    "list": {"type": "array", "items": {"type": "string"}},
    "either": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
    "unknown": {},
    "looped": {"$ref": "#/properties/looped"},
    "nonsense": 7,
}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": KINDS,
    "required": ["text"],
    "$defs": {"Colour": {"enum": ["red", "blue"]}},
}


def request(arguments: dict[str, Any], parameters: dict[str, Any] | None = None) -> ConfirmationRequested:
    return ConfirmationRequested(
        run_id="r1",
        call_id="c1",
        tool="tool",
        arguments=arguments,
        reasons=(),
        card=Card(effect="Does it"),
        parameters=SCHEMA if parameters is None else parameters,
    )


def form(qtbot: QtBot, arguments: dict[str, Any], parameters: dict[str, Any] | None = None) -> EditForm:
    view = EditForm(request(arguments, parameters))
    qtbot.addWidget(view)
    return view


def editor(view: EditForm, name: str) -> ArgumentEditor:
    return next(each for each in view.editors if each.field.name == name)


def field(view: EditForm, name: str) -> EditText:
    text = editor(view, name).text
    assert text is not None
    return text


def test_schema_becomes_kinds() -> None:
    fields = {each.name: each for each in argument_fields(SCHEMA, {"text": "x", "extra": 1.5})}
    assert {name: each.kind for name, each in fields.items()} == {
        "text": "text",
        "integer": "integer",
        "number": "number",
        "boolean": "boolean",
        "choice": "choice",
        "constant": "choice",
        "optional": "text",
        "listed": "integer",
        "referred": "choice",
        "list": "json",
        "either": "json",
        "unknown": "json",
        "looped": "json",
        "nonsense": "json",
        "extra": "number",
    }
    assert [name for name, each in fields.items() if each.nullable] == ["optional", "listed"]
    assert [name for name, each in fields.items() if each.required] == ["text"]
    assert (fields["integer"].least, fields["integer"].most, fields["integer"].default) == ("1", "600", "60")


@pytest.mark.parametrize("value", [1.5, "1", True, None, [1]])
def test_value_that_does_not_fit_its_schema_is_edited_as_json(value: Any) -> None:
    (found,) = argument_fields({"properties": {"n": {"type": "integer"}}}, {"n": value})
    assert found.kind == "json"
    assert json.loads(text_of(found, value)) == value


def test_too_many_arguments_are_edited_as_one_json_text(qtbot: QtBot) -> None:
    arguments = {f"a{number}": number for number in range(60)}
    view = form(qtbot, arguments, {})
    assert len(view.editors) == 1
    assert view.arguments() == arguments
    field(view, "All arguments").setPlainText("[1]")
    assert view.editors[0].problem() == "A JSON object is needed: {…}"
    field(view, "All arguments").setPlainText('{"a": 1}')
    assert view.arguments() == {"a": 1}


@pytest.mark.parametrize(
    ("kind", "text", "problem"),
    [
        ("integer", "soon", "A whole number is needed."),
        ("integer", "1.0", "A whole number is needed."),
        ("integer", "٣", "A whole number is needed."),
        ("integer", "1_000", "A whole number is needed."),
        ("integer", "9" * 5000, "A whole number is needed."),
        ("number", "NaN", "A number is needed."),
        ("number", "1e999", "A number is too large."),
        ("number", "0x10", "A number is needed."),
        ("json", "{", "Not valid JSON: line 1, character 2."),
        ("json", "[1e999]", "A number is too large."),
        ("json", "NaN", "A number is too large."),
        ("json", "[" * 100_000, "Not valid JSON."),
    ],
)
def test_what_is_not_of_its_kind_is_told(kind: Any, text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem.replace(".", r"\.")):
        value_of(ArgumentField("n", kind), text)


def test_problem_is_shown_and_nothing_can_be_applied(qtbot: QtBot) -> None:
    view = form(qtbot, {"text": "x", "integer": 5})
    field(view, "integer").setPlainText("soon")
    assert editor(view, "integer")._problem.text == "A whole number is needed."
    assert not view.can_apply
    field(view, "integer").setPlainText("6")
    assert editor(view, "integer")._problem.text == ""
    assert view.can_apply
    assert view.arguments() == {"text": "x", "integer": 6}


def test_argument_can_be_left_out_and_given_again(qtbot: QtBot) -> None:
    view = form(qtbot, {"text": "x", "integer": 5, "optional": None})
    given = editor(view, "integer").given
    assert given is not None
    assert editor(view, "text").given is None
    given.setChecked(False)
    assert view.arguments() == {"text": "x", "optional": None}
    given.setChecked(True)
    assert view.arguments() == {"text": "x", "integer": 5, "optional": None}
    optional = editor(view, "optional").given
    assert optional is not None
    assert not optional.isChecked()
    optional.setChecked(True)
    assert view.arguments()["optional"] == ""


def test_choices_keep_their_types(qtbot: QtBot) -> None:
    view = form(qtbot, {"text": "x", "choice": 3, "boolean": True})
    choice, boolean = editor(view, "choice").choice, editor(view, "boolean").choice
    assert choice is not None
    assert boolean is not None
    assert (choice.currentText(), boolean.currentText()) == ("3", "true")
    choice.setCurrentIndex(3)
    boolean.setCurrentIndex(0)
    assert view.arguments() == {"text": "x", "choice": None, "boolean": False}


def test_unchanged_arguments_cannot_be_applied(qtbot: QtBot) -> None:
    view = form(qtbot, {"text": "x"})
    assert not view.can_apply
    field(view, "text").setPlainText("y")
    assert view.can_apply
    field(view, "text").setPlainText("x")
    assert not view.can_apply
    field(view, "text").setPlainText("y")
    view.set_checking(True)
    assert not view.can_apply


def test_enter_begins_a_line_and_tab_leaves_the_field(qtbot: QtBot) -> None:
    view = form(qtbot, {"text": "x", "list": ["a"]}, {"properties": {"text": {"type": "string"}}})
    view.show()
    field(view, "text").setFocus()
    QTest.keyClick(field(view, "text"), Qt.Key.Key_End)
    QTest.keyClick(field(view, "text"), Qt.Key.Key_Return)
    assert field(view, "text").text == "x\n"
    QTest.keyClick(field(view, "text"), Qt.Key.Key_Tab)
    assert field(view, "text").text == "x\n"
    assert not field(view, "text").hasFocus()


def test_line_breaks_of_two_characters_stay_so(qtbot: QtBot) -> None:
    view = form(qtbot, {"text": "a\r\nb\r\n"})
    field(view, "text").moveCursor(field(view, "text").textCursor().MoveOperation.End)
    field(view, "text").insertPlainText("c\n")
    assert view.arguments()["text"] == "a\r\nb\r\nc\r\n"


def test_no_break_spaces_and_line_separators_survive_typing(qtbot: QtBot) -> None:
    view = form(qtbot, {"text": "a\xa0b\u2028c"})
    field(view, "text").insertPlainText(">")
    assert view.arguments()["text"] == ">a\xa0b\u2028c"


def test_json_is_escaped_where_it_would_hide_something(qtbot: QtBot) -> None:
    view = form(qtbot, {"text": "x", "list": ["é\u202e"]})
    assert "\\u202e" in field(view, "list").text
    assert view.arguments()["list"] == ["é\u202e"]


def test_overlong_text_is_not_edited_and_stays(qtbot: QtBot) -> None:
    long = "z" * 1_000_000
    view = form(qtbot, {"text": long, "integer": 5})
    assert editor(view, "text").text is None
    field(view, "integer").setPlainText("6")
    assert view.arguments() == {"text": long, "integer": 6}


def test_hidden_characters_are_found_once_each_and_in_order() -> None:
    assert hidden_characters("plain\n\ttext") == []
    assert hidden_characters("a\u202eb\u200bc\u202e") == ["‹U+202E›", "‹U+200B›"]
    assert hidden_characters("‹U+202E›") == []


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**80), 2**80)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(), max_size=30)
    | st.sampled_from([text[:200] for text in HOSTILE.values()]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
arguments_of_any_kind = st.dictionaries(
    st.sampled_from([*KINDS, "other", ""]) | st.text(max_size=8), json_values, max_size=20
)  # a form shows 40 at most
quiet = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@quiet
@given(arguments=arguments_of_any_kind)
def test_untouched_form_gives_back_the_very_arguments(qtbot: QtBot, arguments: dict[str, Any]) -> None:
    view = EditForm(request(arguments))
    assert canonical(view.arguments()) == canonical(arguments)
    assert not view.can_apply
    view.deleteLater()


@quiet
@given(
    before=arguments_of_any_kind,
    text=st.text(st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="\u2029\ufdd0\ufdd1\ufffc")),
    number=st.integers(-(10**30), 10**30),
    listed=json_values,
)
def test_what_is_typed_is_what_is_given(
    qtbot: QtBot, before: dict[str, Any], text: str, number: int, listed: Any
) -> None:
    arguments = {**before, "text": "as it was", "integer": 5, "list": []}
    view = EditForm(request(arguments))
    field(view, "text").setPlainText(text)
    field(view, "integer").setPlainText(str(number))
    field(view, "list").setPlainText(json.dumps(listed))
    expected = {**arguments, "text": text, "integer": number, "list": listed}
    assert canonical(view.arguments()) == canonical(expected)
    view.deleteLater()


@given(kind=st.sampled_from(["text", "json"]), value=json_values)
def test_text_and_value_are_each_others_inverse(kind: Any, value: Any) -> None:
    kept = ArgumentField("n", kind if isinstance(value, str) else "json")
    assert canonical({"": value_of(kept, text_of(kept, value))}) == canonical({"": value})


@given(before=arguments_of_any_kind, after=arguments_of_any_kind)
def test_changes_are_empty_only_for_equal_arguments(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert argument_changes(before, before) == ""
    assert (argument_changes(before, after) == "") == (canonical(before) == canonical(after))


def test_changes_name_each_argument_and_sign_each_line() -> None:
    before: dict[str, Any] = {"path": "a.md", "content": "one\ntwo\nthree\nfour", "n": 1, "gone": True}
    after: dict[str, Any] = {"path": "b.md", "content": "one\ntwo\nTHREE\nfour", "n": "1", "new": [1]}
    assert argument_changes(before, after).split("\n") == [
        "@@ path @@", "-a.md", "+b.md",
        "@@ content @@", " two", "-three", "+THREE", " four",
        "@@ n @@", "-1", "+1",
        "@@ gone @@", "-true",
        "@@ new @@", "+[", "+  1", "+]",
    ]  # fmt: skip
