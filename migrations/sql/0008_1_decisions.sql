-- How a decision came about, and what was asked about single lines of a returned sheet.

ALTER TABLE decision ADD COLUMN how text NOT NULL DEFAULT 'by_hand'
    CHECK (how IN ('by_hand', 'offline', 'undone', 'automatic'));

-- The first of two steps leaves the record waiting for the second.
ALTER TABLE decision DROP CONSTRAINT decision_outcome_check;
ALTER TABLE decision ADD CONSTRAINT decision_outcome_check
    CHECK (outcome IN ('approved', 'returned', 'reopened', 'passed'));
ALTER TABLE decision DROP CONSTRAINT decision_reason;
ALTER TABLE decision ADD CONSTRAINT decision_reason
    CHECK (outcome IN ('approved', 'passed') OR reason <> '');
ALTER TABLE entry ADD COLUMN steps_passed smallint NOT NULL DEFAULT 0 CHECK (steps_passed >= 0);

CREATE TABLE line_question (
    organisation  uuid NOT NULL,
    decision      uuid NOT NULL,
    sheet         uuid NOT NULL,
    version       integer NOT NULL,
    worker        uuid NOT NULL,
    question      text NOT NULL CHECK (question <> ''),
    CONSTRAINT line_question_pk PRIMARY KEY (organisation, decision, worker),
    CONSTRAINT line_question_decision FOREIGN KEY (organisation, decision) REFERENCES decision (organisation, id),
    CONSTRAINT line_question_line FOREIGN KEY (organisation, sheet, version, worker)
        REFERENCES labour_line (organisation, sheet, version, worker)
);
CREATE INDEX line_question_by_sheet ON line_question (organisation, sheet, version);

ALTER TABLE line_question ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_company ON line_question TO daywork_app
    USING (organisation = nullif(current_setting('daywork.organisation', true), '')::uuid);
GRANT SELECT, INSERT ON line_question TO daywork_app;
