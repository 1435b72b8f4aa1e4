"""Memory that processes of one machine share: written once, read by all, used again."""
