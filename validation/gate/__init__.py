"""What a checkout must pass before anything of it is published: steps, their environments, and what they build.

What a rule over the data is does not stand here (``caucasus_events.building.rules``), nor how data are broken on
purpose (``validation/mutations``): the gate only runs them.
"""
