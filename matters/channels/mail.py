"""Mail by SMTP: the Message-ID is the notice's key, so a mailbox that knows it shows a repeat once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from smtplib import (
    SMTPAuthenticationError,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPServerDisconnected,
)
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from matters.channels.base import Claim, Later, Refused, Unreachable, timeout

FOR_GOOD = 500


@contextmanager
def opened() -> Iterator[Callable[[Claim], None]]:
    """One connection for a sweep, opened with the first message."""
    connection: Any = get_connection(timeout=timeout())
    try:
        yield lambda one: _send(connection, one)
    finally:
        connection.close()


def _send(connection: Any, one: Claim) -> None:
    try:
        connection.open()
        _message(connection, one).send()
    except SMTPAuthenticationError as error:
        raise Unreachable("邮件服务器不认发信账号") from error
    except SMTPRecipientsRefused as error:
        ((code, _),) = error.recipients.values()
        raise _answered(code) from error
    except SMTPServerDisconnected as error:
        raise Unreachable("邮件服务器断开了") from error
    except SMTPResponseException as error:
        raise _answered(error.smtp_code) from error
    except SMTPException as error:
        raise Later("邮件服务器的答复看不懂") from error
    except OSError as error:
        raise Unreachable("邮件服务器连不上") from error


def _answered(code: int) -> Refused | Later:
    return (Refused if code >= FOR_GOOD else Later)(f"邮件服务器答复 {code}")


def _message(connection: Any, one: Claim) -> EmailMessage:
    text = f"{one.body}\n\n{one.link}" if one.link and one.link not in one.body else one.body
    host = urlsplit(settings.PUBLIC_URL).hostname
    return EmailMessage(
        subject=" ".join(one.subject.split()),
        body=text,
        to=[one.email],
        headers={"Message-ID": f"<{one.key}@{host}>", "Auto-Submitted": "auto-generated"},
        connection=connection,
    )
