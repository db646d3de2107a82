"""Files coming in: readers, importers by kind, batches and corrections."""
