"""WeChat and the city's identity platform."""
