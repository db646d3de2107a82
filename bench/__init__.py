"""`make bench`: ratios of our code to hand-written floors, measured in the same run."""
