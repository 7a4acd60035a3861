-- How far each reader of the feed has come in each log. Locks nothing that exists.
create table ledger_reader (
  log_id int not null references ledger_log (log_id),
  reader text not null check (length(reader) between 1 and 100),
  next_seq bigint not null check (next_seq >= 0),
  primary key (log_id, reader)
) with (fillfactor = 50);
alter table ledger_reader enable row level security;
create policy ledger_reader_tenant on ledger_reader using (log_id in (select log_id from ledger_log));
grant select, insert, update on ledger_reader to seaworthy_app;
