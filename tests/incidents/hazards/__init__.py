"""Hazards: sources, check lists, campaigns, rectification, comparison."""
