"""The conventions of the project as tests. Each checker is first shown to catch a planted violation."""
