-- The real-name register. What is sealed was encrypted with a key that is not in this database
-- (AES-GCM, bound to company, worker and field); a mask is what everybody who may look sees; a
-- mark is a keyed hash, to find the same number again without opening any.

CREATE TABLE worker_identity (
    organisation  uuid NOT NULL,
    worker        uuid NOT NULL,
    kind          text CHECK (kind IN ('resident', 'residence_permit', 'hk_mo_permit', 'tw_permit',
        'passport', 'permanent_residence', 'other')),
    number_sealed bytea,
    number_mask   text NOT NULL DEFAULT '',
    number_mark   bytea,
    bank_name     text NOT NULL DEFAULT '',
    bank_sealed   bytea,
    bank_mask     text NOT NULL DEFAULT '',
    bank_mark     bytea,
    address_sealed bytea,
    changed_by    uuid,
    changed_at    timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT worker_identity_pk PRIMARY KEY (organisation, worker),
    CONSTRAINT worker_identity_worker FOREIGN KEY (organisation, worker) REFERENCES worker (organisation, id),
    CONSTRAINT worker_identity_number CHECK
        (num_nonnulls(kind, number_sealed, number_mark) IN (0, 3)),
    CONSTRAINT worker_identity_bank CHECK (num_nonnulls(bank_sealed, bank_mark) IN (0, 2))
);
CREATE INDEX worker_identity_by_number ON worker_identity (organisation, number_mark)
    WHERE number_mark IS NOT NULL;
CREATE INDEX worker_identity_by_bank ON worker_identity (organisation, bank_mark)
    WHERE bank_mark IS NOT NULL;

-- A worker's labour contract on a site. A new one stands beside the old; the latest counts.
CREATE TABLE worker_contract (
    organisation  uuid NOT NULL,
    id            uuid NOT NULL,
    site          uuid NOT NULL,
    worker        uuid NOT NULL,
    signed_on     date NOT NULL,
    ends_on       date,                            -- null: with the task, or open
    note          text NOT NULL DEFAULT '',
    made_by       uuid NOT NULL,
    made_at       timestamptz NOT NULL DEFAULT now(),
    voided_at     timestamptz,
    voided_by     uuid,
    CONSTRAINT worker_contract_pk PRIMARY KEY (organisation, id),
    CONSTRAINT worker_contract_site FOREIGN KEY (organisation, site) REFERENCES site (organisation, id),
    CONSTRAINT worker_contract_worker FOREIGN KEY (organisation, worker) REFERENCES worker (organisation, id),
    CONSTRAINT worker_contract_order CHECK (ends_on IS NULL OR ends_on >= signed_on)
);
CREATE INDEX worker_contract_by_worker ON worker_contract (organisation, site, worker, signed_on)
    WHERE voided_at IS NULL;

-- What a worker may do by paper (特种作业证). Its number often is the identity number, so it is
-- sealed too. Each `told` keeps the last day it was told of: a prolonged paper is told of anew.
CREATE TABLE worker_certificate (
    organisation  uuid NOT NULL,
    id            uuid NOT NULL,
    worker        uuid NOT NULL,
    kind          text NOT NULL CHECK (kind IN ('electrician', 'welder', 'scaffolder', 'work_at_height',
        'crane', 'signaller', 'hoist', 'rigger', 'gondola', 'other')),
    name          text NOT NULL DEFAULT '',        -- what it is called when it is another one
    number_sealed bytea,
    number_mask   text NOT NULL DEFAULT '',
    valid_until   date,
    told_month    date,
    told_week     date,
    made_by       uuid NOT NULL,
    made_at       timestamptz NOT NULL DEFAULT now(),
    voided_at     timestamptz,
    voided_by     uuid,
    CONSTRAINT worker_certificate_pk PRIMARY KEY (organisation, id),
    CONSTRAINT worker_certificate_worker FOREIGN KEY (organisation, worker) REFERENCES worker (organisation, id),
    CONSTRAINT worker_certificate_name CHECK (kind <> 'other' OR name <> '')
);
CREATE INDEX worker_certificate_by_worker ON worker_certificate (organisation, worker)
    WHERE voided_at IS NULL;
CREATE INDEX worker_certificate_ending ON worker_certificate (organisation, valid_until)
    WHERE voided_at IS NULL AND valid_until IS NOT NULL;

-- Who has seen whose number in full, when and why. Never changed.
CREATE TABLE unmasking (
    organisation  uuid NOT NULL,
    id            uuid NOT NULL,
    worker        uuid NOT NULL,
    site          uuid NOT NULL,
    fields        text[] NOT NULL CHECK (fields <> '{}'),
    purpose       text NOT NULL CHECK (purpose IN ('wages', 'bank', 'authority', 'contract', 'insurance',
        'correction', 'other')),
    note          text NOT NULL DEFAULT '',
    how           text NOT NULL CHECK (how IN ('screen', 'excel', 'print', 'file')),
    member        uuid NOT NULL,
    at            timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT unmasking_pk PRIMARY KEY (organisation, id),
    CONSTRAINT unmasking_worker FOREIGN KEY (organisation, worker) REFERENCES worker (organisation, id),
    CONSTRAINT unmasking_site FOREIGN KEY (organisation, site) REFERENCES site (organisation, id),
    CONSTRAINT unmasking_member FOREIGN KEY (organisation, member) REFERENCES member (organisation, id),
    CONSTRAINT unmasking_why CHECK (purpose <> 'other' OR note <> '')
);
CREATE INDEX unmasking_by_time ON unmasking (organisation, at DESC);
CREATE INDEX unmasking_by_worker ON unmasking (organisation, worker, at DESC);

-- A list of workers brought in as a file: kept sealed between the preview and the yes, then gone.
CREATE TABLE worker_import (
    organisation  uuid NOT NULL,
    id            uuid NOT NULL,
    site          uuid NOT NULL,
    file_name     text NOT NULL DEFAULT '',
    sha256        bytea NOT NULL,
    rows          integer NOT NULL,
    sealed        bytea,                           -- the rows as read; null as soon as they are in
    made_by       uuid NOT NULL,
    made_at       timestamptz NOT NULL DEFAULT now(),
    imported_at   timestamptz,
    added         integer NOT NULL DEFAULT 0,
    changed       integer NOT NULL DEFAULT 0,
    CONSTRAINT worker_import_pk PRIMARY KEY (organisation, id),
    CONSTRAINT worker_import_site FOREIGN KEY (organisation, site) REFERENCES site (organisation, id),
    CONSTRAINT worker_import_made_by FOREIGN KEY (organisation, made_by) REFERENCES member (organisation, id)
);
CREATE INDEX worker_import_by_site ON worker_import (organisation, site, made_at DESC);

-- Kinds of messages are listed in push.rules; each room adds its own.
ALTER TABLE message DROP CONSTRAINT message_kind_check;
ALTER TABLE message ADD CONSTRAINT message_kind_check CHECK (kind ~ '^[a-z]+(_[a-z]+)*$');
