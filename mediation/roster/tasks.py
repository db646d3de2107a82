"""Background work of rosters: making a proposal."""

from celery import shared_task

from mediation.roster.workflow import proposals


@shared_task
def make_proposal(proposal_id: int) -> None:
    """Run one proposal; a message that arrives twice changes nothing."""
    proposals.run(proposal_id)
