-- Answers that were given under an idempotency key, written in the transaction of what they tell of. Secrets are not among
-- them. Locks nothing that exists.
create table web_kept_answer (
  tenant_id text not null references tenant (tenant_id),
  principal text not null,
  key text not null check (length(key) between 1 and 255),
  -- HMAC-SHA256 under the salt, over what was asked.
  salt bytea not null,
  fingerprint bytea not null,
  status int not null,
  -- Text of `data` as JSON, without secrets; null where it is too large to be kept.
  data text,
  is_whole boolean not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  primary key (tenant_id, principal, key)
);
create index web_kept_answer_expiry on web_kept_answer (expires_at);
alter table web_kept_answer enable row level security;
create policy web_kept_answer_tenant on web_kept_answer using (tenant_id = current_setting('seaworthy.tenant', true));
grant select, insert, update, delete on web_kept_answer to seaworthy_app;
