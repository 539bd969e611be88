"""Evidence: what the chain proves of a record, for whoever holds its check code, and for an auditor
who does not believe the database."""
