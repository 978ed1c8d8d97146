"""Pictures and tables of a report."""
