"""What a program answers to those who ask from outside."""
