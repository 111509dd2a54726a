"""One report's text to records: what a report says, line by line, and what in it contradicts what."""
