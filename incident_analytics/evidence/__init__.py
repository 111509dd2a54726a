"""Outside sources -> what a report's Supporting Data shows. One that is down or empty costs its own part only."""
