-- Adds columns, one of them with a constant default: no rewrite, short exclusive locks.
alter table identity_account add column person_id text;
alter table identity_account add column sign_off_roles text not null default '[]';
grant update (person_id, sign_off_roles) on identity_account to seaworthy_app;
alter table identity_principal add column account_id text;
alter table identity_principal add foreign key (tenant_id, account_id)
  references identity_account (tenant_id, account_id);
create index identity_principal_account on identity_principal (tenant_id, account_id)
  where account_id is not null;
grant update (account_id) on identity_principal to seaworthy_app;
