"""What `make` runs: set-up from nothing, the supervised start, and the checks of CI."""
