-- Locks release_sign_off only to widen its check.
create table release_register (
  tenant_id text not null references tenant (tenant_id),
  service text not null,
  change_count bigint not null,
  primary key (tenant_id, service)
);
create table release_register_act (
  tenant_id text not null references tenant (tenant_id),
  service text not null,
  position bigint not null,
  statement_id text not null,
  kind text not null check (kind in ('approval', 'waiver')),
  person_id text not null,
  roles text not null,
  signed_at_ms bigint not null,
  change text not null,
  created_at timestamptz not null,
  primary key (tenant_id, service, position),
  unique (tenant_id, statement_id)
);
create table release_waiver_use (
  tenant_id text not null references tenant (tenant_id),
  service text not null,
  waiver_id text not null,
  use_number bigint not null,
  statement_id text not null,
  created_at timestamptz not null,
  primary key (tenant_id, service, waiver_id, use_number)
);
alter table release_sign_off drop constraint release_sign_off_decision_check;
alter table release_sign_off add constraint release_sign_off_decision_check
  check (decision in ('APPROVE', 'REJECT', 'WITHDRAW'));
alter table release_register enable row level security;
alter table release_register_act enable row level security;
alter table release_waiver_use enable row level security;
create policy release_register_tenant on release_register
  using (tenant_id = current_setting('seaworthy.tenant', true));
create policy release_register_act_tenant on release_register_act
  using (tenant_id = current_setting('seaworthy.tenant', true));
create policy release_waiver_use_tenant on release_waiver_use
  using (tenant_id = current_setting('seaworthy.tenant', true));
grant select, insert, update on release_register to seaworthy_app;
grant select, insert on release_register_act, release_waiver_use to seaworthy_app;
