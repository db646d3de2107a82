"""The demo street: Chengdong as it could look after 120 days, built from a seed; nothing in it is a real person or survey."""
