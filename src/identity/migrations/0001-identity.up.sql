-- Locks nothing that exists.
create table identity_principal (
  tenant_id text not null references tenant (tenant_id),
  principal_id text not null,
  kind text not null check (kind in ('person', 'runner', 'control-plane')),
  display_name text not null,
  roles text not null,
  key_id text not null check (key_id ~ '^[0-9a-f]{64}$'),
  public_key bytea not null,
  created_at timestamptz not null,
  primary key (tenant_id, principal_id),
  unique (tenant_id, key_id)
);
alter table identity_principal enable row level security;
create policy identity_principal_tenant on identity_principal
  using (tenant_id = current_setting('seaworthy.tenant', true));
grant select, insert on identity_principal to seaworthy_app;
