"""What a row is: its tables, columns and keys, its codes, its bounds, and the layers it can be read in.

Nothing here reads a file of the user's, builds, or asks; how the dataset tells of itself is ``describing``.
"""
