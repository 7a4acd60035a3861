-- The role under which tenants' statements run, and the list of tenants. Takes no lock on other tables.
-- Roles belong to the whole server: another database may create this one at the same moment.
do $$
begin
  if not exists (select from pg_roles where rolname = 'seaworthy_app') then
    create role seaworthy_app nologin;
  end if;
exception
  when duplicate_object or unique_violation then null;
end
$$;

-- An owner who is no superuser must be a member to take the role on.
do $$
begin
  if not pg_has_role(current_user, 'seaworthy_app', 'member') then
    execute format('grant seaworthy_app to %I', current_user);
  end if;
end
$$;

create table tenant (
  tenant_id text primary key check (tenant_id <> ''),
  name text not null,
  created_at timestamptz not null
);

alter table tenant enable row level security;
create policy tenant_own_row on tenant
  using (tenant_id = current_setting('seaworthy.tenant', true));
grant select on tenant to seaworthy_app;
