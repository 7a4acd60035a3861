-- Locks nothing that exists. Public keys of the deployment's servers: no tenant's, and never in a tenant's transaction.
create table identity_token_key (
  kid text primary key,
  issuer text not null,
  public_key bytea not null,
  signs_from timestamptz not null,
  signs_until timestamptz not null check (signs_until > signs_from)
);
