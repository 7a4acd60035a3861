-- Which trace an entry came from, until every reader has passed it. Beside the log, no part of what is proven. Locks nothing that exists.
create table ledger_trace (
  log_id int not null references ledger_log (log_id),
  seq bigint not null check (seq >= 0),
  traceparent text not null check (length(traceparent) = 55),
  primary key (log_id, seq)
);
alter table ledger_trace enable row level security;
create policy ledger_trace_tenant on ledger_trace using (log_id in (select log_id from ledger_log));
grant select, insert, delete on ledger_trace to seaworthy_app;
