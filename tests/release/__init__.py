"""What is proved before a release and takes too long for every change. Refuses to run as part of the test suite."""
