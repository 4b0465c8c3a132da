"""The figures of a report: matplotlib SVG, the same bytes from the same numbers."""
