"""The form of one step of a case: what it asks for, and the one workflow call that it makes."""

from copy import copy
from typing import Any, ClassVar

from django import forms
from django.db.models import Model, QuerySet

from accounts.models import User
from matters.forms import VersionField
from matters.models import Event
from mediation.kinds import DISPUTE
from mediation.models import Dispute
from shared.errors import Conflict, DomainError, InvalidInput, NotFound
from shared.filters import id_of


class StepForm(forms.Form):
    """One move of one case, by one user. Subclasses name the `action`, add fields, and write in `run`.

    `version` is the state of the case that the form was made from. A step about one row of the case
    (`rows` gives them) takes its number as `of`.
    """

    action: ClassVar[str] = ""
    lead: ClassVar[str] = ""
    bad: ClassVar[bool] = False
    fold_label: ClassVar[str] = ""
    folded: tuple[str, ...] = ()
    """Fields that are seldom needed: they lie below, folded."""

    only_for: ClassVar[dict[str, str]] = {}
    """Field (or "folded" for the fold) → `name=value`: shown, where scripts run, only beside that choice."""

    version = VersionField()
    of = forms.IntegerField(widget=forms.HiddenInput, min_value=1, required=False)

    def __init__(self, dispute: Dispute, user: User, data: Any = None, of: str = "") -> None:
        super().__init__(data)
        self.dispute, self.user = dispute, user
        self.initial["version"] = dispute.matter.version
        self.subject = self._subject((data or {}).get("of") or of)
        if self.subject is not None:
            self.initial["of"] = self.subject.pk
        self.prepare()

    def prepare(self) -> None:
        """Fill choices and initial values from the case."""

    def rows(self) -> QuerySet[Any] | None:
        """The rows of the case of which the step needs one; None where it needs none."""
        return None

    def _subject(self, named: Any) -> Any:
        rows = self.rows()
        if rows is None:
            return None
        found: Model | None = rows.filter(pk=id_of(str(named))).first() if named else self.default(rows)
        if found is None:
            raise NotFound("没有找到要办的这一项，或它不在这件案件里。")
        return found

    def default(self, rows: QuerySet[Any]) -> Any:
        """The row that is meant where none is named."""
        return rows.first()

    @classmethod
    def action_label(cls) -> str:
        """What the step is called."""
        return next(t.label for t in DISPUTE.loop if t.action == cls.action)

    @property
    def label(self) -> str:
        """The same, of this one."""
        return self.action_label()

    @property
    def folded_open(self) -> bool:
        """Whether something was typed in what is folded."""
        return self.is_bound and any(self.data.get(name) for name in self.folded)

    @property
    def title(self) -> str:
        """What stands above the form."""
        return f"{self.label}：{self.subject}" if self.subject is not None else self.label

    def common(self) -> dict[str, Any]:
        """What every workflow function takes."""
        return {"actor": self.user, "version": self.cleaned_data["version"]}

    def again(self, error: DomainError | None = None) -> list[Event]:
        """The refused form with what was typed; where others were first, or no version came, for the version
        that the reader now sees. What those did.
        """
        if isinstance(error, InvalidInput | Conflict) and error.field in self.fields:
            self.add_error(error.field, error.message)
        events = self.dispute.matter.events.select_related("actor").order_by("id")
        missed = list(events[self.cleaned_data["version"] :]) if error and "version" in error.extra else []
        if missed or self.has_error("version"):
            now = error.extra["version"] if error and missed else self.dispute.matter.version
            sent: Any = copy(self.data)
            sent["version"] = str(now)
            self.data = sent
        return missed

    def run(self) -> object:
        """Make the move. Raises the errors of the workflow."""
        raise NotImplementedError


def options(queryset: QuerySet[Any], label: str, **kwargs: Any) -> "forms.ModelChoiceField[Any]":
    """A row to choose; nothing is chosen at first."""
    return forms.ModelChoiceField(queryset=queryset, label=label, empty_label="请选择", **kwargs)
