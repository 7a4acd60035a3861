-- Locks the table for as long as it takes to rewrite its rows: thousands at most.
alter table identity_principal add column person_id text;
alter table identity_principal add column name_key text;
update identity_principal set person_id = principal_id, name_key = lower(display_name);
alter table identity_principal alter column person_id set not null;
alter table identity_principal alter column name_key set not null;
create index identity_principal_name on identity_principal (tenant_id, name_key);
