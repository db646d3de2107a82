"""The mediation van (车轮上的调解室): asking, assigning, answering in time."""
