"""Tables and the SQL about them; SQL lives here only."""
