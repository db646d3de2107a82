"""The app's registration with Django."""

from django.apps import AppConfig


class MediationConfig(AppConfig):
    """联勤调解."""

    name = "mediation"
    verbose_name = "联勤调解"

    def ready(self) -> None:
        """Make the dispute known to the loop, parties and papers to the log of looks, the file to
        the archive, the kinds of its notices, the van to the pages of police incidents, and the case to
        those it came from, visits too.
        """
        from accounts import personal  # noqa: PLC0415 -- models must be loaded first
        from grids import raised  # noqa: PLC0415
        from matters import details, effects, loop, wording  # noqa: PLC0415
        from mediation import kinds, telling  # noqa: PLC0415
        from mediation.details import of_dispute, party_subject  # noqa: PLC0415
        from mediation.echoes import of_origin, of_visit  # noqa: PLC0415
        from mediation.papers.page import paper_subject  # noqa: PLC0415
        from mediation.papers.required import missing  # noqa: PLC0415
        from mediation.van.offers import of_incident  # noqa: PLC0415
        from mediation.workflow.act import do_work  # noqa: PLC0415
        from mediation.workflow.moves import MISSING  # noqa: PLC0415

        effects.register(kinds.WORK, do_work)
        loop.register(kinds.DISPUTE)
        details.register("dispute", of_dispute)
        personal.register("party", "案件当事人", party_subject)
        personal.register("paper", "调解文书", paper_subject)
        MISSING.append(missing)
        for notice in telling.KINDS:
            wording.register(notice)
        raised.register(of_visit)
        details.offer("police_incident", of_incident)
        for kind in ("police_incident", "citizen_report", "hazard"):
            details.offer(kind, of_origin)
