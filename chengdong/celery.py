"""The Celery application: every job is a rescan of due rows, so a lost or doubled message is harmless."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chengdong.settings")

app = Celery("chengdong")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(["grids.imports", "mediation.roster"])
