-- Locks nothing that exists. Bytes live in the blob store; these rows say what they are.
create table evidence_object (
  tenant_id text not null references tenant (tenant_id),
  digest text not null check (digest ~ '^sha256:[0-9a-f]{64}$'),
  media_type text not null,
  size_bytes bigint not null check (size_bytes >= 0),
  created_at timestamptz not null,
  primary key (tenant_id, digest)
);
create table evidence_statement (
  tenant_id text not null references tenant (tenant_id),
  statement_id text not null check (statement_id ~ '^sha256:[0-9a-f]{64}$'),
  predicate_type text not null,
  key_id text not null,
  created_at timestamptz not null,
  primary key (tenant_id, statement_id)
);
alter table evidence_object enable row level security;
alter table evidence_statement enable row level security;
create policy evidence_object_tenant on evidence_object
  using (tenant_id = current_setting('seaworthy.tenant', true));
create policy evidence_statement_tenant on evidence_statement
  using (tenant_id = current_setting('seaworthy.tenant', true));
grant select, insert on evidence_object, evidence_statement to seaworthy_app;
