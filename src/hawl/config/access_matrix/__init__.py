"""The access matrix: every kind of actor before every kind of row, asked of three layers that must agree.

`cells` says what is asked, `laying` puts the rows and accounts into a throw-away database, `layers` asks each layer
alone, `counting` compares, `planting` takes one rule, policy or guard away to show that the matrix would see it.
"""
