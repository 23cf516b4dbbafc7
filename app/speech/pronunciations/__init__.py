"""How text is said where a voice would get it wrong: a YAML file for each language."""
