"""Words and numbers that officials edit, on pages of their own."""
