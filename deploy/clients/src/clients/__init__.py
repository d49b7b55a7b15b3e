"""What others build on: the API document made from the code alone, and the clients made from it."""
