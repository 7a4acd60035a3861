-- Locks nothing that exists. The indexes without a tenant serve sign-in and session, which is what tells the tenant.
create table identity_account (
  tenant_id text not null references tenant (tenant_id),
  account_id text not null,
  issuer text not null,
  subject text,
  email text,
  display_name text,
  role text not null check (role in ('admin', 'developer', 'viewer')),
  environments text,
  invited_at timestamptz not null,
  invited_by text not null,
  expires_at timestamptz not null,
  joined_at timestamptz,
  removed_at timestamptz,
  removed_by text,
  removal_reason text,
  primary key (tenant_id, account_id),
  check (subject is not null or email is not null),
  check (joined_at is null or subject is not null),
  check ((removed_at is null) = (removed_by is null) and (removed_at is null) = (removal_reason is null))
);
create unique index identity_account_subject on identity_account (issuer, subject, tenant_id)
  where removed_at is null and subject is not null;
create unique index identity_account_invitation on identity_account (issuer, email, tenant_id)
  where removed_at is null and subject is null;
alter table identity_account enable row level security;
create policy identity_account_tenant on identity_account
  using (tenant_id = current_setting('seaworthy.tenant', true));
grant select, insert on identity_account to seaworthy_app;
grant update (subject, email, display_name, role, environments, joined_at, expires_at, removed_at, removed_by, removal_reason)
  on identity_account to seaworthy_app;

create table identity_session (
  tenant_id text not null references tenant (tenant_id),
  session_id text not null,
  account_id text not null,
  secret_hash text not null check (secret_hash ~ '^[0-9a-f]{64}$'),
  started_at timestamptz not null,
  authenticated_at timestamptz,
  seen_at timestamptz not null,
  ends_at timestamptz not null,
  primary key (tenant_id, session_id),
  unique (secret_hash),
  foreign key (tenant_id, account_id) references identity_account (tenant_id, account_id)
);
create index identity_session_account on identity_session (tenant_id, account_id, started_at);
alter table identity_session enable row level security;
create policy identity_session_tenant on identity_session
  using (tenant_id = current_setting('seaworthy.tenant', true));
grant select, insert, delete on identity_session to seaworthy_app;
grant update (seen_at) on identity_session to seaworthy_app;

-- Answers of issuers that were taken once: of the deployment, and never in a tenant's transaction.
create table identity_spent_answer (
  state_hash text primary key check (state_hash ~ '^[0-9a-f]{64}$'),
  spent_at timestamptz not null
);
create index identity_spent_answer_age on identity_spent_answer (spent_at);
