"""The project: settings, addresses, Celery, and what ties the apps together."""

from chengdong.celery import app as celery_app

__all__ = ["celery_app"]
