"""The report of a sweep: what the points of a design show, and how much of it is prior."""
