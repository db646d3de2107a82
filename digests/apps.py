"""The app's registration with Django."""

from django.apps import AppConfig


class DigestsConfig(AppConfig):
    """警情双响."""

    name = "digests"
    verbose_name = "警情双响"

    def ready(self) -> None:
        """The kinds of notices of this app, and its sheet."""
        from digests import letters  # noqa: PLC0415 -- models must be loaded first
        from digests.bulletins import letters as bulletins  # noqa: PLC0415 -- models must be loaded first
        from digests.bulletins.sheet import RegistrationImporter  # noqa: PLC0415
        from grids.imports import base as imports  # noqa: PLC0415
        from matters import wording  # noqa: PLC0415

        for kind in (*letters.KINDS, bulletins.KIND):
            wording.register(kind)
        imports.register(RegistrationImporter())
