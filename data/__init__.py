"""The released tables of caucasus-events: built from the seeds, never edited."""
