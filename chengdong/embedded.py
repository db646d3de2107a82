"""The private PostgreSQL under var/ that serves where DATABASE_URL names none."""

from pathlib import Path


def url(var: Path) -> str:
    """Address of the private cluster's database; nothing is started here."""
    return f"postgresql://postgres@/chengdong?host={var / 'pg'}"
