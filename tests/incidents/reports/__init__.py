"""Residents' reports."""
