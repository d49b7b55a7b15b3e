"""The catalogue as YAML files."""
