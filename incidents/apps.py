"""The app's registration with Django."""

from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    """警情与隐患: registers its kinds of matter, how their pages look, and whose personal data they hold."""

    name = "incidents"
    verbose_name = "警情与隐患"

    def ready(self) -> None:
        """Make the kinds known to the loop, their details to the matter page, the caller to the reveal page,
        the export to imports.
        """
        from accounts import personal  # noqa: PLC0415 -- models must be loaded first
        from grids import raised  # noqa: PLC0415
        from grids import reference as grids_reference  # noqa: PLC0415
        from grids.imports import base as imports  # noqa: PLC0415
        from incidents import details, finders, kinds  # noqa: PLC0415
        from incidents.diversions import registering  # noqa: PLC0415
        from incidents.hazards import pages as hazard_pages  # noqa: PLC0415
        from incidents.hazards import reference  # noqa: PLC0415
        from incidents.importing.importer import IncidentImporter  # noqa: PLC0415
        from incidents.reports import details as reports  # noqa: PLC0415
        from incidents.reports import notices as report_notices  # noqa: PLC0415
        from incidents.reports import takeover  # noqa: PLC0415
        from incidents.workflow import of_visit  # noqa: PLC0415
        from matters import details as pages  # noqa: PLC0415
        from matters import loop, search, wording  # noqa: PLC0415

        grids_reference.MORE.append(reference.load)
        registering.register()
        raised.register(of_visit)
        loop.register(kinds.POLICE_INCIDENT)
        loop.register(kinds.HAZARD)
        pages.register("police_incident", details.of_incident)
        pages.register("hazard", hazard_pages.of_hazard)
        personal.register("police_incident", "警情报警人", details.caller)
        takeover.register()
        loop.register(kinds.CITIZEN_REPORT)
        pages.register("citizen_report", reports.of_report)
        wording.register(report_notices.KIND)
        personal.register("citizen_report", "群众上报人", reports.reporter)
        search.register(finders.by_words)
        search.register(finders.by_tail)
        imports.register(IncidentImporter())
