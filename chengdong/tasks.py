"""Celery tasks of the whole portal."""

from chengdong.celery import app
from chengdong.sweep import sweep as run


@app.task(name="chengdong.tasks.sweep")
def sweep() -> None:
    """Beat's half-minute knock; the due rows decide."""
    run()
