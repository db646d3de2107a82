"""The demo street: Chengdong as it could look, built from a seed; no person or survey in it is real."""
