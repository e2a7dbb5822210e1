"""Who is told of new videos, and telling them."""
