"""People and their posts: my own page, the administrator's pages, looks at personal data."""
