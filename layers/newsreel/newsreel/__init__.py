"""newsreel: watches YouTube for search queries, keeps the latest videos of each, serves them newest first."""
