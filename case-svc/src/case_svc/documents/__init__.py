"""What a case ends with (办理结果): a signed record, its PDF, and a page where anyone can verify it."""
