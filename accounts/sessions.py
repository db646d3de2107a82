"""Sessions in the database, read with one plain statement: every request asks."""

from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.contrib.sessions.models import Session
from django.utils import timezone

from shared.plain import rows

READ = "SELECT session_data, expire_date FROM django_session WHERE session_key = %s AND expire_date > %s"


class SessionStore(DatabaseSessions):
    """Django's, but for how a session is found."""

    def _get_session_from_db(self) -> Session | None:
        """The row of this key; without one the session starts anew, as Django has it."""
        found = rows(READ, self.session_key, timezone.now())
        if not found:
            self._session_key = None
            return None
        data, expires = found[0]
        return Session(session_key=str(self.session_key), session_data=data, expire_date=expires)
