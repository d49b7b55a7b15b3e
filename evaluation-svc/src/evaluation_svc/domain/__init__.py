"""What a review is, and who may give one. No IO."""
