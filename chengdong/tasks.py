"""Celery tasks of the whole portal."""

from chengdong import retention
from chengdong.celery import app
from chengdong.sweep import sweep as run


@app.task(name="chengdong.tasks.sweep")
def sweep() -> None:
    """Beat's half-minute knock; the due rows decide."""
    run()


@app.task(name="chengdong.tasks.erase_expired")
def erase_expired() -> None:
    """Once a night; a missed night is made up for by the next."""
    retention.erase_expired()
