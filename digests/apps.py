"""The app's registration with Django."""

from django.apps import AppConfig


class DigestsConfig(AppConfig):
    """警情双响."""

    name = "digests"
    verbose_name = "警情双响"

    def ready(self) -> None:
        """The kinds of notices of this app."""
        from digests import letters  # noqa: PLC0415 -- models must be loaded first
        from matters import wording  # noqa: PLC0415

        for kind in letters.KINDS:
            wording.register(kind)
