"""What is known to be pure: tables as data, rules as code."""
