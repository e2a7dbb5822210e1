"""newsreel: watches YouTube for search queries, keeps the latest videos of each, serves them newest first.

Records are NamedTuples wherever they can be: making a frozen dataclass takes five times the instructions at every start
of a function (4.3 against 0.9 million), and the package has some thirty.
"""
