-- Locks nothing that exists. `word` is what holds now, as a document of switches has it; every change stays in flag_change.
create table flag_switch (
  tenant_id text not null references tenant (tenant_id),
  name text not null check (length(name) between 1 and 100),
  definition text not null,
  word text not null,
  version integer not null check (version >= 1),
  reason text not null,
  changed_by text not null,
  changed_at timestamptz not null,
  primary key (tenant_id, name)
);
create table flag_change (
  tenant_id text not null references tenant (tenant_id),
  name text not null,
  version integer not null,
  kind text not null check (kind in ('defined', 'flipped')),
  definition text not null,
  word text not null,
  reason text not null,
  changed_by text not null,
  changed_at timestamptz not null,
  primary key (tenant_id, name, version)
);
alter table flag_switch enable row level security;
alter table flag_change enable row level security;
create policy flag_switch_tenant on flag_switch
  using (tenant_id = current_setting('seaworthy.tenant', true));
create policy flag_change_tenant on flag_change
  using (tenant_id = current_setting('seaworthy.tenant', true));
grant select, insert on flag_switch, flag_change to seaworthy_app;
grant update (definition, word, version, reason, changed_by, changed_at) on flag_switch to seaworthy_app;
