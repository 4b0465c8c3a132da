"""The sections of a report: each a function of a bundle, giving sentences and tables."""
