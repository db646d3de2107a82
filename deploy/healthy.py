"""Is this container well? `web` asks the web server whether it is ready, `beat` looks at beat's last note."""

import os
import sys
import time
from http.client import HTTPConnection, HTTPException
from pathlib import Path

BEAT_SECONDS = 400
"""Beat writes its schedule every 180 s; two missed turns are one too many."""


def web() -> bool:
    """The portal is ready: database, migrations and broker included."""
    connection = HTTPConnection("127.0.0.1", 8000, timeout=5)
    try:
        connection.request("GET", "/readyz", headers={"Host": os.environ["ALLOWED_HOSTS"].split(",")[0]})
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def beat() -> bool:
    """The schedule was written lately."""
    noted = [path.stat().st_mtime for path in Path(os.environ["CHENGDONG_VAR"]).glob("beat-schedule*")]
    return bool(noted) and time.time() - max(noted) < BEAT_SECONDS


if __name__ == "__main__":
    sys.exit(0 if {"web": web, "beat": beat}[sys.argv[1]]() else 1)
