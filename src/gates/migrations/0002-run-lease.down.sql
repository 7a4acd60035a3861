revoke update (terms, is_waiting, holder, held_until) on gates_run from seaworthy_app;
alter table gates_run
  drop column pin,
  drop column is_waiting,
  drop column holder,
  drop column held_until;
