"""重复警情: one rule, told once in SQL, for lists, the board, an incident's page, the alert and the rates."""
