"""What stands on the demo street's mediation papers."""

from chengdong.demo.places import Street
from mediation.models import Letterhead


def letterhead(street: Street) -> None:
    """The word of its case numbers, its committee, the court of its county."""
    Letterhead.objects.create(
        street_id=street.id,
        word=street.name.removesuffix("街道"),
        committee=f"温岭市{street.name}人民调解委员会",
        court="温岭市人民法院",
    )
