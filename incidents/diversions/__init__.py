"""非警务分流: what is no police matter, passed on from the police room to the street with its clock."""
