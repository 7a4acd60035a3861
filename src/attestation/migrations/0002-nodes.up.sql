-- Hashes of the system log's full subtrees, made again from the entries where they are missing. Locks nothing that exists.
create table attestation_node (
  origin text not null references attestation_log (origin),
  level integer not null check (level > 0),
  idx bigint not null check (idx >= 0),
  hash bytea not null check (length(hash) = 32),
  primary key (origin, level, idx)
);
