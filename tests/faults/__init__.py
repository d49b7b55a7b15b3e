"""What the platform is put through: killed processes, lying partners, crowds; and the books kept meanwhile."""
