"""Values on their way to a worker and back: only what arrives as it left is sent."""
