-- What the audit log is searched in: made from the ledger by a reader, so that it can be made again. Locks nothing that exists.
create table audit_entry (
  tenant_id text not null references tenant (tenant_id),
  seq bigint not null,
  at timestamptz not null,
  actor text not null,
  action text not null,
  resource text not null,
  result text not null check (result in ('done', 'refused', 'failed', 'tallied')),
  -- JSON as the ledger has it.
  record text not null,
  primary key (tenant_id, seq)
);
create index audit_entry_actor on audit_entry (tenant_id, actor, seq);
create index audit_entry_action on audit_entry (tenant_id, action, seq);
create index audit_entry_resource on audit_entry (tenant_id, resource collate "C", seq);
create index audit_entry_result on audit_entry (tenant_id, result, seq);
create index audit_entry_at on audit_entry (tenant_id, at);
alter table audit_entry enable row level security;
create policy audit_entry_tenant on audit_entry using (tenant_id = current_setting('seaworthy.tenant', true));
grant select, insert on audit_entry to seaworthy_app;
