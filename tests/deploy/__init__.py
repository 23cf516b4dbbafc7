"""The files of `deploy/`, each tried as far as a test machine allows."""
