-- Appends cost less: one question for all that a batch needs to know, and no look at ledger_log for each row. Locks three
-- tables for a moment and reads no entry.

-- Rows come from ledger_append alone, which has read the log's own row and holds its turn; that row is never deleted.
alter table ledger_entry drop constraint ledger_entry_log_id_fkey;
alter table ledger_payload drop constraint ledger_payload_log_id_fkey;
alter table ledger_idem drop constraint ledger_idem_log_id_fkey;

-- Takes the turn as ledger_lock does, then says which of the ids were seen and how many entries each subject has: each
-- statement here has a snapshot of its own, so both are read after the wait.
create function ledger_turn(p_tenant text, p_ids uuid[], p_subjects text[])
returns table (log_id int, origin text, size bigint, latest bytea, frontier bytea, latest_ms bigint,
  seen text[], counts bigint[])
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  v_head record;
begin
  select * into v_head from ledger_lock(p_tenant);
  if v_head.log_id is null then
    return;
  end if;
  log_id := v_head.log_id;
  origin := v_head.origin;
  size := v_head.size;
  latest := v_head.latest;
  frontier := v_head.frontier;
  latest_ms := v_head.latest_ms;
  seen := array(select i.idem::text from ledger_idem i where i.log_id = v_head.log_id and i.idem = any (p_ids));
  counts := array(select coalesce(s.entries, 0) from unnest(p_subjects) with ordinality as u (subject, n)
    left join ledger_subject s on s.log_id = v_head.log_id and s.subject = u.subject order by u.n);
  return next;
end
$$;
revoke execute on function ledger_turn from public;
grant execute on function ledger_turn to seaworthy_app;

-- As before, with the searching of ledger_subject_of in place: a call for each row cost more than the row.
create or replace function ledger_count_subjects() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  v_wrong bigint;
begin
  with told as materialized (
    select a.seq, a.log_id,
      split_part(split_part(convert_from(substr(a.leaf, 53), 'UTF8'), ',"subject":', 2), ',"ts":', 1) as told
    from added a
  ), named as materialized (
    select seq, log_id, split_part(told, ',"subjectSeq":', 1) as name,
      nullif(split_part(told, ',"subjectSeq":', 2), '') as subject_seq
    from told
  ), placed as materialized (
    select n.seq, n.log_id, n.subject_seq, k.subject,
      row_number() over (partition by n.log_id, n.name order by n.seq) - 1 as nth
    from named n join (
      select d.name, encode(sha256(convert_to(d.name, 'UTF8')), 'hex') as subject
      from (select distinct name from named) d
    ) k on k.name = n.name
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
