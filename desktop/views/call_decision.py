"""One waiting call and all that can be decided on it: the call above, a panel of choices, the buttons below."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from desktop.engine.events import ConfirmationRequested
from desktop.engine.gate import AllowOnce, Deny
from desktop.views.card_view import CardView
from desktop.views.decision_bar import DecisionBar, Panel
from desktop.views.edit_form import EditForm
from desktop.views.fitting_scroll import FittingScroll
from desktop.views.grant_panel import GrantPanel
from desktop.views.theme import SPACE

_SHARE_OF_PANEL = 0.55
"""How much of the height a grant's panel may take; the arguments stay in sight above it."""


class CallDecision(QWidget):
    """Shows a call, and asks.

    Args:
        parent: The parent widget.

    Attributes:
        card: The call as it is shown; None before the first.
        bar: The buttons.

    Signals:
        decided(object): The person's ``Decision`` on the call.
        edited(object): The arguments that the person wants instead, a ``JsonObject``; they are not checked yet.
        turned(): Another panel stands where the person just clicked.
    """

    decided = Signal(object)
    edited = Signal(object)
    turned = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.card: CardView | None = None
        self.bar = DecisionBar()
        self._request: ConfirmationRequested | None = None
        self._grant: GrantPanel | None = None
        self._forms: dict[tuple[str, str], EditForm] = {}
        self._is_side_by_side = False
        self._is_listening = True
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._drawer = FittingScroll()
        self._drawer.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addWidget(self._scroll, 1)
        column.addWidget(self._drawer)
        column.addWidget(self.bar)
        self.bar.allowed.connect(lambda: self.decided.emit(AllowOnce()))
        self.bar.denied.connect(lambda reason: self.decided.emit(Deny(reason=reason)))
        self.bar.granted.connect(self._tell_grant)
        self.bar.applied.connect(self._tell_edited)
        self.bar.panel_wanted.connect(self._turn)

    def show_request(self, request: ConfirmationRequested) -> None:
        """Show a call and its choices; a form of it that is being checked stays open."""
        self._request = request
        self._close_drawer()
        card = CardView(request, is_side_by_side=self._is_side_by_side)
        card.side_by_side_toggled.connect(self._keep_side_by_side)
        self._put(card)
        if self.card is not None:
            self.card.deleteLater()
        self.card = card
        can_edit = bool(request.arguments or request.parameters.get("properties"))
        self.bar.reset(can_grant=bool(request.scopes), can_edit=can_edit)
        form = self._forms.get(_key(request))
        if form is not None and form.is_checking:
            self._open_form(request)

    def keep_forms(self, requests: dict[tuple[str, str], ConfirmationRequested]) -> None:
        """Forget the forms of calls that are others than they were, or gone.

        Args:
            requests: The calls that wait, by run and call.
        """
        for key, form in list(self._forms.items()):
            if requests.get(key) != form.request:
                del self._forms[key]
                form.hide()
                form.deleteLater()

    def show_edit_error(self, call_id: str, text: str) -> None:
        """Say why the changed arguments of a call will not do; its form stays as it was left."""
        for key, form in self._forms.items():
            if key[1] == call_id:
                form.set_checking(False)
                form.show_error(text or "The arguments do not fit the tool.")
                if self._scroll.widget() is form:
                    self._scroll.verticalScrollBar().setValue(0)
                    form.focus_first()

    def set_listening(self, listening: bool) -> None:
        """Enable all that decides or leads to a decision, or dim it."""
        self._is_listening = listening
        self.bar.set_listening(listening)
        if self._grant is not None:
            self._grant.set_listening(listening)
        form = self._scroll.widget()
        if isinstance(form, EditForm):
            form.set_listening(listening)

    def focus_arguments(self) -> None:
        """Put the focus on the first argument, where no key decides."""
        if self.card is not None and self.bar.panel == "choices":
            first = self.card.fields[0] if self.card.fields else self.card.effect
            first.setFocus(Qt.FocusReason.OtherFocusReason)

    def go_back(self) -> bool:
        """Leave a panel for the choices.

        Returns:
            Whether there was one to leave.
        """
        if self.bar.panel == "choices":
            return False
        self._show_panel("choices")
        return True

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the panel its share."""
        super().resizeEvent(event)
        self._drawer.set_most(int(self.height() * _SHARE_OF_PANEL))

    def _turn(self, panel: Panel) -> None:
        self._show_panel(panel)
        self.turned.emit()

    def _show_panel(self, panel: Panel) -> None:
        if self._request is None or self.card is None:
            return
        self._close_drawer()
        if panel == "edit":
            self._open_form(self._request)
            return
        form = self._forms.get(_key(self._request))
        if form is not None and form.is_checking:
            form.set_checking(False)  # no longer waited for; the answer shows when it comes
        self._put(self.card)
        self.bar.show_panel(panel)
        if panel in ("conversation", "always"):
            self._open_drawer(GrantPanel(self._request, is_lasting=panel == "always"))

    def _put(self, widget: QWidget) -> None:
        """Show a card or a form in the upper half; what was there is kept."""
        if self._scroll.widget() is widget:
            return
        before = self._scroll.takeWidget()
        if before is not None:
            before.hide()
            before.setParent(self)
        self._scroll.setWidget(widget)
        widget.show()

    def _open_drawer(self, panel: GrantPanel) -> None:
        self._grant = panel
        panel.changed.connect(lambda: self.bar.show_grant(panel.words))
        self.bar.show_grant(panel.words)
        self._drawer.show_widget(panel)
        self._drawer.show()
        panel.rows[0].radio.setFocus(Qt.FocusReason.OtherFocusReason)
        if not self._is_listening:
            panel.set_listening(False)

    def _close_drawer(self) -> None:
        self._drawer.hide()
        panel = self._drawer.takeWidget()
        if panel is not None:
            panel.hide()
            panel.deleteLater()
        self._grant = None

    def _open_form(self, request: ConfirmationRequested) -> None:
        key = _key(request)
        if key not in self._forms:
            made = EditForm(request)
            made.changed.connect(lambda: self._follow_form(made))
            self._forms[key] = made
        form = self._forms[key]
        self._put(form)
        self.bar.show_panel("edit")
        self._follow_form(form)
        form.focus_first()
        form.set_listening(self._is_listening)

    def _follow_form(self, form: EditForm) -> None:
        if self._scroll.widget() is form:
            self.bar.show_form(can_apply=form.can_apply, is_checking=form.is_checking)

    def _tell_grant(self) -> None:
        if self._grant is not None:
            self.decided.emit(self._grant.decision())

    def _tell_edited(self) -> None:
        form = self._scroll.widget()
        if isinstance(form, EditForm) and form.can_apply:
            arguments = form.arguments()
            form.set_checking(True)
            self.edited.emit(arguments)

    def _keep_side_by_side(self, on: bool) -> None:
        self._is_side_by_side = on


def _key(request: ConfirmationRequested) -> tuple[str, str]:
    return request.run_id, request.call_id
