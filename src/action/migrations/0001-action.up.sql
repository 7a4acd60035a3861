-- Locks nothing that exists. A token itself is never stored, only its digest.
create table action_preview (
  tenant_id text not null references tenant (tenant_id),
  token_digest text not null check (token_digest ~ '^sha256:[0-9a-f]{64}$'),
  action text not null,
  principal text not null,
  params text not null,
  preview text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  nonce text not null,
  closed_at timestamptz,
  outcome text check (outcome in ('confirmed', 'void')),
  primary key (tenant_id, token_digest),
  check ((closed_at is null) = (outcome is null))
);
alter table action_preview enable row level security;
create policy action_preview_tenant on action_preview
  using (tenant_id = current_setting('seaworthy.tenant', true));
grant select, insert on action_preview to seaworthy_app;
grant update (closed_at, outcome) on action_preview to seaworthy_app;
