"""What the board of both command rooms is made of: its lanes and its map."""
