"""A function as a picture, and as a page: drawn here, without programs or fonts of others."""
