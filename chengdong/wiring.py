"""Who reacts to what, on one page: reading it tells the story of the street."""

from grids.facts import import_finished, target_suspended, visit_logged
from incidents.diversions.workflow import followed
from incidents.known import calls_before, hazard_taken_over, report_taken_over, taken_over
from incidents.workflow import hazard_of_visit, incident_placed
from matters import tellings
from matters.facts import matter_advanced, matter_referred
from matters.import_notices import import_told
from matters.obligations import move_answers, suspension_excuses, visit_answers
from mediation import hints, origins
from mediation.echoes import told_to_origin
from mediation.facts import case_turned
from mediation.papers.reactions import case_archived
from mediation.workflow.intake import dispute_of_visit, take_over


def connect() -> None:
    """Tie every fact to its reactions; each runs inside the transaction of the fact."""
    visit_logged.connect(hazard_of_visit)
    visit_logged.connect(dispute_of_visit)
    visit_logged.connect(visit_answers)
    target_suspended.connect(suspension_excuses)
    matter_advanced.connect(incident_placed)
    matter_advanced.connect(followed)
    matter_advanced.connect(move_answers)
    matter_advanced.connect(tellings.told)
    matter_advanced.connect(case_archived)
    matter_referred.connect(take_over)
    case_turned.connect(told_to_origin)
    import_finished.connect(import_told)
    origins.register("police_incident", taken_over)
    origins.register("citizen_report", report_taken_over)
    origins.register("hazard", hazard_taken_over)
    hints.register(calls_before)
