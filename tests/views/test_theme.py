import math
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QAccessible, QColor, QIcon
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop.resources import resource_path
from desktop.views import theme
from desktop.views.controls import Button, ElidedLabel, one_line, plain_tool_tip, set_tool_tip
from desktop.views.copy_button import CopyButton
from desktop.views.icons import application_icon, icon, icon_pixmap
from desktop.views.theme import DARK, LIGHT, Theme


def _luminance(colour: QColor) -> float:
    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.04045 else math.pow((part + 0.055) / 1.055, 2.4)

    return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) + 0.0722 * linear(colour.blueF())


def _contrast(one: QColor, other: QColor) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("behind", ["background", "surface", "raised"])
@pytest.mark.parametrize("text", ["text", "muted", "accent", "success", "warning", "danger"])
def test_text_has_the_contrast_of_wcag_aa(colours: Theme, text: str, behind: str) -> None:
    assert _contrast(getattr(colours, text), getattr(colours, behind)) >= 4.5


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_text_on_the_accent_and_in_a_selection_has_the_contrast_of_wcag_aa(colours: Theme) -> None:
    assert _contrast(colours.on_accent, colours.accent) >= 4.5
    assert _contrast(colours.on_accent, colours.accent_hover) >= 4.5
    assert _contrast(colours.text, colours.selection) >= 4.5


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("behind", ["background", "surface"])
@pytest.mark.parametrize("edge", ["outline", "accent"])
def test_edges_of_controls_and_focus_have_the_contrast_of_wcag_aa(colours: Theme, edge: str, behind: str) -> None:
    assert _contrast(getattr(colours, edge), getattr(colours, behind)) >= 3.0


def test_the_persons_choice_beats_the_system(qapp: QApplication) -> None:
    theme.apply(qapp, "dark")
    assert theme.current_theme() is DARK
    assert qapp.palette().window().color() == DARK.background
    theme.apply(qapp, "light")
    assert theme.current_theme() is LIGHT
    assert qapp.palette().window().color() == LIGHT.background


def test_the_systems_scheme_is_followed_live(qapp: QApplication) -> None:
    theme.apply(qapp, "dark")
    qapp.setProperty("cortexScheme", "system")
    qapp.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Light)
    assert theme.current_theme() is LIGHT  # the offscreen platform knows no scheme
    assert qapp.palette().window().color() == LIGHT.background


def test_every_widget_hears_of_a_change(qapp: QApplication, qtbot: QtBot) -> None:
    class Listener(QWidget):
        heard = 0

        def changeEvent(self, event: QEvent) -> None:
            super().changeEvent(event)
            self.heard += theme.is_theme_change(event)

    listener = Listener()
    qtbot.addWidget(listener)
    listener.show()
    before = listener.heard
    theme.apply(qapp, "dark")
    assert listener.heard > before


def test_an_icon_has_the_colour_it_is_asked_for(qapp: QApplication) -> None:
    image = icon("plus", QColor("#ff0000")).pixmap(QSize(24, 24)).toImage()
    assert image.pixelColor(12, 12).name() == "#ff0000"


def test_an_icon_is_drawn_and_not_stretched_at_all_scales(qapp: QApplication) -> None:
    for scale in (1.0, 1.25, 1.5, 1.75, 2.0):
        for side in (16, 18, 20, 24):
            picture = icon("menu", LIGHT.text).pixmap(QSize(side, side), scale)
            assert picture.width() >= round(side * scale) - 1
    assert icon_pixmap("menu", LIGHT.text, 20, 1.5).width() == 30


def test_a_buttons_icon_follows_the_theme(qapp: QApplication, qtbot: QtBot) -> None:
    button = Button(icon_name="plus", name="Add")
    qtbot.addWidget(button)
    button.show()

    def colour() -> QColor:
        return button.icon().pixmap(QSize(24, 24), QIcon.Mode.Normal).toImage().pixelColor(12, 12)

    assert colour() == LIGHT.text
    theme.apply(qapp, "dark")
    assert colour() == DARK.text


def test_all_icons_can_be_drawn(qapp: QApplication) -> None:
    folder = resource_path("icons/send.svg").parent
    names = sorted(path.stem for path in folder.glob("*.svg"))
    assert len(names) >= 24
    assert all(not icon(name, LIGHT.text).isNull() for name in names)
    assert not application_icon().isNull()


def test_a_missing_resource_is_named() -> None:
    with pytest.raises(FileNotFoundError, match="no-such"):
        resource_path("icons/no-such.svg")


def test_resources_are_found_in_a_bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "resources").mkdir()
    inside = tmp_path / "resources" / "only-in-the-bundle.svg"
    inside.touch()
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    assert resource_path("only-in-the-bundle.svg") == inside


def test_foreign_text_in_a_tool_tip_is_not_markup() -> None:
    assert "<b>" not in plain_tool_tip("<b>bold</b>")
    assert plain_tool_tip("") == ""


def test_foreign_text_in_one_line_loses_line_breaks_and_hidden_characters() -> None:
    assert one_line("a\nb\u202ec\x00") == "a b c"


def test_a_label_without_room_keeps_its_whole_text_as_tool_tip(qtbot: QtBot) -> None:
    shown = ElidedLabel("a text that is much longer than its label")
    qtbot.addWidget(shown)
    shown.resize(60, 20)
    shown.show()
    assert shown.text().endswith("…")
    assert "much longer" in shown.toolTip()
    assert shown.whole_text == "a text that is much longer than its label"


def _described(widget: QWidget) -> str:
    return QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Description)


def test_assistive_technology_is_told_a_tool_tip_without_its_markup(qtbot: QtBot) -> None:
    plain, icon_alone, copy = QWidget(), Button("", "key", name="R&D <b>keys</b>"), CopyButton(lambda: "", "Copy")
    cut = ElidedLabel("a <i>text</i> that is much longer than its label")
    for widget in (plain, icon_alone, copy, cut):
        qtbot.addWidget(widget)
        widget.resize(60, 30)
        widget.show()
    set_tool_tip(plain, "<u>this</u> & that")
    copy.click()
    copy._show_copy()
    told = [_described(widget) for widget in (plain, icon_alone, copy, cut)]
    assert told == ["<u>this</u> & that", "R&D <b>keys</b>", "Copy", cut.whole_text]
    assert all("pre-wrap" in widget.toolTip() for widget in (plain, icon_alone, copy, cut))
    set_tool_tip(plain, "")
    assert _described(plain) == plain.toolTip() == ""
