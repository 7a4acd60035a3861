drop function ledger_turn(text, uuid[], text[]);
create or replace function ledger_count_subjects() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  v_wrong bigint;
begin
  with placed as (
    select a.seq, a.log_id, s.subject, s.subject_seq,
      row_number() over (partition by a.log_id, s.subject order by a.seq) - 1 as nth
    from added a cross join lateral ledger_subject_of(a.leaf) s
  ), counted as (
    insert into ledger_subject as c (log_id, subject, entries)
    select log_id, subject, count(*) from placed group by log_id, subject order by log_id, subject
    on conflict (log_id, subject) do update set entries = c.entries + excluded.entries
  )
  -- Reads the counts as they were before this statement.
  select min(p.seq) into v_wrong from placed p
    left join ledger_subject c on c.log_id = p.log_id and c.subject = p.subject
    where p.subject_seq <> (coalesce(c.entries, 0) + p.nth)::text;
  if v_wrong is not null then
    raise exception 'expected entry % to carry the count of its subject', v_wrong using errcode = 'SWL04';
  end if;
  return null;
end
$$;
drop trigger ledger_entry_counted on ledger_entry;
create trigger ledger_entry_counted after insert on ledger_entry
  referencing new table as added for each statement execute function ledger_count_subjects();
alter table ledger_entry add constraint ledger_entry_log_id_fkey foreign key (log_id) references ledger_log (log_id);
alter table ledger_payload add constraint ledger_payload_log_id_fkey foreign key (log_id) references ledger_log (log_id);
alter table ledger_idem add constraint ledger_idem_log_id_fkey foreign key (log_id) references ledger_log (log_id);
