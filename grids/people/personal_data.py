"""Personal fields of the people and places to visit, for the reveal page."""

from accounts.models import User
from accounts.personal import PersonalField, Subject
from grids.models import Target


def load_target(user: User, pk: int) -> Subject | None:
    """The target within the user's territory for `personal.reveal`; None elsewhere."""
    target = Target.objects.within(user, "personal.reveal").select_related("grid").filter(pk=pk).first()
    if target is None:
        return None
    person = target.kind == Target.Kind.PERSON
    named = (("姓名" if person else "负责人", target.name if person else target.contact_name),)
    numbers = (("电话", target.phone), ("证件号码", target.id_number))
    fields = tuple(PersonalField(label, full) for label, full in (*named, *numbers) if full)
    return Subject(
        target.shown, f"{target.get_kind_display()} · {target.grid.name}", fields, f"/targets/{target.pk}/"
    )
