"""What makes the site of docs/: used by mkdocs.yml at the root."""
