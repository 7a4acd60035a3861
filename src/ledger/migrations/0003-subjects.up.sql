-- Counts the entries of each subject, so that an entry can say how many of its subject came before it. Reads every entry
-- of every log once, and holds up appends while it does.
create table ledger_subject (
  log_id int not null references ledger_log (log_id),
  -- Hexadecimal SHA-256 of the subject as JSON: a subject may be longer than an index takes.
  subject text not null check (length(subject) = 64),
  entries bigint not null check (entries > 0),
  primary key (log_id, subject)
) with (fillfactor = 50);
alter table ledger_subject enable row level security;
create policy ledger_subject_tenant on ledger_subject using (log_id in (select log_id from ledger_log));
grant select on ledger_subject to seaworthy_app;
create trigger ledger_subject_kept before delete on ledger_subject
  for each row execute function ledger_refuse_change();
create trigger ledger_subject_emptied before truncate on ledger_subject
  for each statement execute function ledger_refuse_change();

-- Subject key of a leaf, and the number that it carries; null when it carries none. Members of canonical JSON are in
-- order of their names, and no text inside it has a quotation mark that is not escaped, so plain searching is exact.
create function ledger_subject_of(p_leaf bytea, out subject text, out subject_seq text)
language sql immutable strict set search_path = pg_catalog, public, pg_temp as $$
  select encode(sha256(convert_to(split_part(t.told, ',"subjectSeq":', 1), 'UTF8')), 'hex'),
    nullif(split_part(t.told, ',"subjectSeq":', 2), '')
  from (select split_part(split_part(convert_from(substr(p_leaf, 53), 'UTF8'), ',"subject":', 2), ',"ts":', 1)) as t (told)
$$;

-- Counts what was inserted. Entries of versions that number nothing are counted too; a number must be the count before.
create function ledger_count_subjects() returns trigger
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

insert into ledger_subject (log_id, subject, entries)
  select e.log_id, s.subject, count(*) from ledger_entry e cross join lateral ledger_subject_of(e.leaf) s
  group by e.log_id, s.subject;

create trigger ledger_entry_counted after insert on ledger_entry
  referencing new table as added for each statement execute function ledger_count_subjects();
