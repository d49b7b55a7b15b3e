"""The instances of the services: which of them is asked, and which is left alone for a while."""
