"""What a shipment is and how it may move. No IO."""
