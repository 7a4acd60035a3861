-- Rules that send what the ledger tells over channels, and the gates of runs that are under way. Locks nothing that exists.
create table notification_rule (
  tenant_id text not null references tenant (tenant_id),
  name text not null check (length(name) between 1 and 60),
  events text[] not null,
  channel_ids uuid[] not null,
  -- What a fact has to be about: a name, its beginning with *, or * for all.
  subject text not null,
  quiet_minutes int not null check (quiet_minutes between 0 and 10080),
  created_at timestamptz not null,
  created_by text not null,
  primary key (tenant_id, name)
);
create table notification_gate (
  tenant_id text not null references tenant (tenant_id),
  run_id text not null,
  gate text not null,
  status text not null,
  primary key (tenant_id, run_id, gate)
);
alter table notification_rule enable row level security;
alter table notification_gate enable row level security;
create policy notification_rule_tenant on notification_rule using (tenant_id = current_setting('seaworthy.tenant', true));
create policy notification_gate_tenant on notification_gate using (tenant_id = current_setting('seaworthy.tenant', true));
grant select, insert, update, delete on notification_rule, notification_gate to seaworthy_app;
