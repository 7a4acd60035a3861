-- Takes a short exclusive lock on gates_run; the new columns are filled nowhere.
alter table gates_run
  add column pin text,
  add column is_waiting boolean not null default false,
  add column holder text,
  add column held_until timestamptz;
grant update (terms, is_waiting, holder, held_until) on gates_run to seaworthy_app;
