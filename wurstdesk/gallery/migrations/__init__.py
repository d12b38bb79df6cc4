"""The gallery's schema, one file a step: ``NNNN_name.sql`` takes version NNNN-1 to NNNN.

Each file runs in one transaction (see ``schema.migrate``). A file that was ever on main is never
edited again; the next change is the next file.
"""
