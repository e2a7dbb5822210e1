"""The stored videos: tables, search index, listings and their cursors."""
