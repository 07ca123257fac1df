"""What must hold of each table beyond its structure: one file per table, named like it."""
