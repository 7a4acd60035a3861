revoke update on identity_principal from seaworthy_app;
alter table identity_principal
  drop column revoked_at,
  drop column revoked_by,
  drop column revocation_reason;
