"""Background work of imports: running a batch, and picking up those that lost their worker."""

from celery import shared_task

from grids.imports import engine, workflow


@shared_task
def run_import(batch_id: int) -> None:
    """Run one batch; a message that arrives twice changes nothing."""
    engine.run_batch(batch_id)


@shared_task
def resume_stuck() -> None:
    """Resume what stands still."""
    workflow.resume_stuck()
