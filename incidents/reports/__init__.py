"""群众上报: what residents report without signing in, how they follow and rate it."""
