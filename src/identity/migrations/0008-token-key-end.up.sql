-- Adds a column without a default: no rewrite, a short exclusive lock. Keys are ended in the transaction of the tenant whose ledger says so; what lies here is public.
alter table identity_token_key add column ended_at timestamptz;
grant select, update (ended_at) on identity_token_key to seaworthy_app;
