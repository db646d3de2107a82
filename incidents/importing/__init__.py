"""Police exports: read, compared, placed in a village and grid, and the tray for what could not be placed."""
