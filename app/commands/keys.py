"""`wanwan keys`: make, list and revoke the keys that programs and people use over HTTP."""
