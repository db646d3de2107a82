"""Villages, communities and grids: who works where, which house numbers belong to whom, and their upkeep."""
