-- Templates of messages, by name. Locks nothing that exists.
create table notification_template (
  tenant_id text not null references tenant (tenant_id),
  name text not null check (length(name) between 1 and 60),
  title text not null,
  text text not null,
  content_hash text not null,
  changed_at timestamptz not null,
  changed_by text not null,
  primary key (tenant_id, name)
);
alter table notification_template enable row level security;
create policy notification_template_tenant on notification_template using (tenant_id = current_setting('seaworthy.tenant', true));
grant select, insert, update, delete on notification_template to seaworthy_app;
