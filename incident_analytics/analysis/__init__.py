"""From tables to smaller tables: one function, one question."""
