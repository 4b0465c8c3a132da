"""What a history looks like: words, a table in the terminal, figures and a page."""
