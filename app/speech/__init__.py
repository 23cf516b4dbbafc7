"""Speech in and speech out."""
