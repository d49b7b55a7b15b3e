"""What applicants hand in (材料): checked by content, encrypted, kept outside the database."""
