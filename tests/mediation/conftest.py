"""Fixtures of mediation's tests."""

from tests.mediation.cases import station as station
