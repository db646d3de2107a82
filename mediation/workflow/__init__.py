"""Every write on a case, by noun; each is a move of its loop and writes its rows under the matter's lock."""
