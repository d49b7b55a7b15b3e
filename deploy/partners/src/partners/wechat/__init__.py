"""WeChat: mini-program log-in, phone numbers, the official account's OAuth."""
