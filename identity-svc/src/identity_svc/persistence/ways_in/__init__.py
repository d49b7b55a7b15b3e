"""Links, tickets of people vouched for, log-ins by QR code, face checks."""
