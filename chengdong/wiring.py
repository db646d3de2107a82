"""Who reacts to what, on one page: reading it tells the story of the street."""


def connect() -> None:
    """Tie every fact to its reactions; each runs inside the transaction of the fact."""
