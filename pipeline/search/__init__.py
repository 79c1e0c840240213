"""Search over findings: ranked, tolerant of how people type, embedded in the store's own file."""
