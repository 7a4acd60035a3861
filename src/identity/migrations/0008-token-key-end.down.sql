-- Ended keys are gone with their rows, so that they stay refused.
revoke select, update (ended_at) on identity_token_key from seaworthy_app;
delete from identity_token_key where ended_at is not null;
alter table identity_token_key drop column ended_at;
