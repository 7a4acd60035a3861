drop index identity_principal_name;
alter table identity_principal drop column name_key;
alter table identity_principal drop column person_id;
