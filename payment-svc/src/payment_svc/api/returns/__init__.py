"""The page on which the payer's browser lands after the provider's."""
