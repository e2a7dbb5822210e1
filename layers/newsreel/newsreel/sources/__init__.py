"""Where videos come from, and how an answer's items become videos."""
