"""Outside sources and what each tells of an incident's time: log files, the history of configuration."""
