"""Other ways in: people whom WeChat or the city's platform vouches for, phones that scan, faces that are checked."""
