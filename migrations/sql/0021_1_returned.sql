-- A phone's first pull takes the last weeks' entries and every returned one, however old: it finds
-- them by the day and by this, and never walks past a site's whole history.
CREATE INDEX entry_returned ON entry (organisation, site) WHERE state = 'returned';
