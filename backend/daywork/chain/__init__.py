"""The chain of evidence: what a site's office has accepted, link after link, so that whoever
alters, removes or slips in a row later is found out."""
