-- Adds columns without a default: no rewrite, a short exclusive lock.
alter table identity_principal
  add column revoked_at timestamptz,
  add column revoked_by text,
  add column revocation_reason text,
  add check ((revoked_at is null) = (revoked_by is null) and (revoked_at is null) = (revocation_reason is null));
grant update (revoked_at, revoked_by, revocation_reason) on identity_principal to seaworthy_app;
