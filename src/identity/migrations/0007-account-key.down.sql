alter table identity_principal drop column account_id;
alter table identity_account drop column sign_off_roles;
alter table identity_account drop column person_id;
