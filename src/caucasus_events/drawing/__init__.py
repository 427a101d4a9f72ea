"""Records as pictures: the timeline, a plotly figure, and the explorer, an HTML page.

What is true on a day is asked of ``asking``, never decided here.
"""
