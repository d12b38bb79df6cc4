"""Where finished pictures live: files for everybody's programs, rows for finding them again.

Rows (apsw) and files (Pillow) are different services; ``store.Gallery`` joins them. No Qt and no
torch here. Importing a part imports only what that part needs, so reading the metadata of a file
opens no database.
"""
