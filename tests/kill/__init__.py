"""Processes killed and doubled: nothing is lost, nothing happens twice."""
