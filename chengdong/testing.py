"""The pytest plugin: a database for the run, and which tests this machine can run."""
