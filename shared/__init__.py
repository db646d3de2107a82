"""Tools without models and without a word of the domain: errors, encrypted fields, pages, exports, dates."""
