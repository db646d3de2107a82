"""Reads of cases that more than one page needs."""
