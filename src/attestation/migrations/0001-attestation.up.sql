-- The system log: what this deployment signed for others, as Sigstore hashes it, and the certificates of its timestamp authority. Locks
-- nothing that exists. Of the deployment, no tenant's, and never in a tenant's transaction.
create table attestation_log (
  origin text primary key,
  note_key text not null,
  public_key bytea not null,
  began_at timestamptz not null
);
create table attestation_entry (
  origin text not null references attestation_log (origin),
  seq bigint not null check (seq >= 0),
  body bytea not null,
  leaf_hash bytea not null check (length(leaf_hash) = 32),
  primary key (origin, seq),
  unique (origin, leaf_hash)
);
create table attestation_authority (
  key_id text primary key,
  leaf bytea not null,
  root bytea not null,
  began_at timestamptz not null
);
create function attestation_refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'the system log only grows';
end;
$$;
create trigger attestation_entry_frozen before update or delete on attestation_entry
  for each row execute function attestation_refuse_change();
create trigger attestation_entry_kept before truncate on attestation_entry
  for each statement execute function attestation_refuse_change();
