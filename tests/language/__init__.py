"""The whole language: each construct means scheduled what it means undecorated."""
