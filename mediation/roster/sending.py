"""Telling a worker that a proposal waits."""

from django.db import transaction
from kombu.exceptions import OperationalError

from mediation.roster.tasks import make_proposal


def send(proposal_id: int) -> None:
    """After the transaction; where nobody can be told, the sweep finds the proposal within a minute."""

    def tell() -> None:
        try:
            make_proposal.delay(proposal_id)
        except OperationalError:
            return

    transaction.on_commit(tell)
