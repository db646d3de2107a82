"""Figures of mediation: what is counted, the page, the API and the monthly return."""
