"""The classroom: people, courses, jobs, records and the web. Import from its modules."""
