"""Records as pictures: the timeline, a plotly figure, and the explorer, an HTML page.

What is true on a day is asked of ``asking``, never decided here. The way of a record: ``marks`` (what is drawn of it),
``captions`` (in which words), ``page`` (where), ``traces`` and ``layout`` (as plotly has it), ``figure``.
Of a fact: ``lines``, then ``facts`` for the figure; for the explorer ``payload`` and its scripts, which draw no plotly.
"""
