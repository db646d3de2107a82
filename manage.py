#!/usr/bin/env python
"""Django's command line."""

import os
import sys


def main() -> None:
    """Start the private PostgreSQL where no other is named, then hand over to Django."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chengdong.settings")
    from django.core.management import execute_from_command_line  # noqa: PLC0415

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
