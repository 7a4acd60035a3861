-- Locks nothing that exists. The second index serves the look-up of a key, which is what tells its tenant.
create table identity_api_key (
  tenant_id text not null references tenant (tenant_id),
  key_id text not null check (key_id ~ '^[0-9A-Za-z]{12}$'),
  name text not null,
  role text not null check (role in ('admin', 'developer', 'viewer')),
  environments text,
  secret_hash text not null,
  created_at timestamptz not null,
  created_by text not null,
  expires_at timestamptz,
  lifetime_s bigint,
  last_used_at timestamptz,
  predecessor text,
  revoked_at timestamptz,
  revoked_by text,
  revocation_reason text,
  primary key (tenant_id, key_id),
  unique (key_id),
  unique (tenant_id, predecessor),
  check ((revoked_at is null) = (revoked_by is null) and (revoked_at is null) = (revocation_reason is null))
);
alter table identity_api_key enable row level security;
create policy identity_api_key_tenant on identity_api_key
  using (tenant_id = current_setting('seaworthy.tenant', true));
grant select, insert on identity_api_key to seaworthy_app;
grant update (expires_at, last_used_at, revoked_at, revoked_by, revocation_reason)
  on identity_api_key to seaworthy_app;
