"""What is past its time goes, what is not stays, and sign-ins stay half a year whatever is set."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.utils import timezone

from accounts.models import ApiKey, SignIn
from accounts.workflow import issue_key
from chengdong.retention import erase_expired
from grids.models import ImportBatch, ImportRow, Parameter
from matters.models import Notice
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def test_expired_rows_go_and_the_others_stay(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    now = timezone.now()
    for key, end in (("old", now - timedelta(days=3)), ("new", now + timedelta(days=3))):
        Session.objects.create(session_key=key, session_data="x", expire_date=end)
    for name, days in (("old", 31), ("new", 29)):
        issued, _ = issue_key(user=cast.program, name=name)
        ApiKey.objects.filter(pk=issued.pk).update(expiry=now - timedelta(days=days))
    for days in (399, 401):
        notice = Notice.objects.create(
            source=uuid4().hex, recipient=cast.worker, channel="inbox", state="sent"
        )
        Notice.objects.filter(pk=notice.pk).update(created_at=now - timedelta(days=days))
    waiting = Notice.objects.create(source="w", recipient=cast.worker, channel="webhook", state="waiting")
    Notice.objects.filter(pk=waiting.pk).update(created_at=now - timedelta(days=999))

    call_command("erase_expired")
    assert '"ended_sessions":1,"ended_keys":1' in capsys.readouterr().out
    assert list(Session.objects.values_list("session_key", flat=True)) == ["new"]
    assert list(ApiKey.objects.values_list("name", flat=True)) == ["new"]
    assert Notice.objects.filter(pk=waiting.pk).exists()
    assert Notice.objects.count() == 2
    assert set(erase_expired().values()) == {0}


def test_sign_ins_are_kept_half_a_year_whatever_is_set(cast: Cast) -> None:
    Parameter.objects.filter(code="keep_sign_ins_days").update(value=1)
    for days in (182, 184):
        SignIn.objects.create(user=cast.worker, round=0, seen_at=timezone.now() - timedelta(days=days))
    assert erase_expired()["sign_ins"] == 1
    assert SignIn.objects.count() == 1


def test_a_refused_row_keeps_its_reason_and_loses_its_content(cast: Cast) -> None:
    batch = ImportBatch.objects.create(
        kind="targets", area=cast.street, name="名单.xlsx", digest="d", state="done", by=cast.command
    )
    ImportBatch.objects.filter(pk=batch.pk).update(touched_at=timezone.now() - timedelta(days=91))
    row = ImportRow.objects.create(
        batch=batch,
        number=7,
        outcome="rejected",
        values={"a": "b"},
        personal="sealed",
        errors=[{"reason": "缺"}],
    )
    assert erase_expired()["refused_rows"] == 1
    row.refresh_from_db()
    assert (row.personal, row.values, row.outcome) == ("", {}, "dropped")
    assert row.errors
