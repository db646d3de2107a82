"""Hazards: their sources, check lists and inspections, campaigns, and what became of them."""
