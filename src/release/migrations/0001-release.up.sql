-- Locks nothing that exists.
create table release_release (
  tenant_id text not null references tenant (tenant_id),
  service text not null,
  version text not null,
  author text,
  created_at timestamptz not null,
  primary key (tenant_id, service, version)
);
create table release_sign_off (
  tenant_id text not null references tenant (tenant_id),
  statement_id text not null,
  service text not null,
  version text not null,
  run_id text not null,
  role text not null,
  principal_id text not null,
  decision text not null check (decision in ('APPROVE', 'REJECT')),
  review_hash text not null,
  signed_at_ms bigint not null,
  created_at timestamptz not null,
  primary key (tenant_id, statement_id)
);
create index release_sign_off_release on release_sign_off (tenant_id, service, version);
create table release_decision (
  tenant_id text not null references tenant (tenant_id),
  statement_id text not null,
  service text not null,
  version text not null,
  run_id text not null,
  inputs_digest text not null,
  verdict text not null,
  decided_at_ms bigint not null,
  created_at timestamptz not null,
  primary key (tenant_id, statement_id),
  unique (tenant_id, inputs_digest)
);
create index release_decision_release on release_decision (tenant_id, service, version, decided_at_ms);
alter table release_release enable row level security;
alter table release_sign_off enable row level security;
alter table release_decision enable row level security;
create policy release_release_tenant on release_release
  using (tenant_id = current_setting('seaworthy.tenant', true));
create policy release_sign_off_tenant on release_sign_off
  using (tenant_id = current_setting('seaworthy.tenant', true));
create policy release_decision_tenant on release_decision
  using (tenant_id = current_setting('seaworthy.tenant', true));
grant select, insert on release_release, release_sign_off, release_decision to seaworthy_app;
