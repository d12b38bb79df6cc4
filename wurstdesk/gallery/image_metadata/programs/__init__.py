"""A small reader for each program's own format; all of them answer in A1111's names."""
