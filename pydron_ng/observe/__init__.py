"""What pydron_ng does with a program, told to people: it only listens, and decides nothing."""
