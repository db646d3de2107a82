#!/usr/bin/env python
"""Django's command line."""

import os
import sys

NO_DATABASE = {"check", "collectstatic", "help", "spectacular", "version", "--help", "-h", "--version"}
"""Commands that do without; any other finds the private PostgreSQL running."""


def main() -> None:
    """Start the private PostgreSQL where no other is named, then hand over to Django."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chengdong.settings")
    from django.conf import settings  # noqa: PLC0415 - after the line above
    from django.core.exceptions import ImproperlyConfigured  # noqa: PLC0415
    from django.core.management import execute_from_command_line  # noqa: PLC0415

    from chengdong import embedded  # noqa: PLC0415

    try:
        if settings.EMBEDDED_DATABASE and not NO_DATABASE & set(sys.argv[1:2] or ["help"]):
            embedded.ensure_running(settings.VAR)
    except (ImproperlyConfigured, embedded.EmbeddedDatabaseError) as error:
        sys.exit(str(error))
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
