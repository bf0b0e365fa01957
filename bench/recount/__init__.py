"""Indicators and tables of reports recomputed from an exported log by plain loops: nothing of the engine is imported
here, only its settings files and its exported units are read. `bench.reports` holds them against the engine's."""
