-- Forgets which ledgers of the first version were taken in; their rows stay in the logs. Refused while one is taken in: its
-- table would stay sealed for good. Bring it down first.
do $$
begin
  if exists (select from ledger_v1 where state = 'up') or exists (select from ledger_log where state = 'archived') then
    raise exception 'expected no ledger of the first version to be taken in' using errcode = 'SWL08';
  end if;
end
$$;
create or replace function ledger_turn(p_tenant text, p_ids uuid[], p_subjects text[])
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
create or replace function ledger_lock(p_tenant text)
returns table (log_id int, origin text, epoch int, genesis bytea, size bigint, latest bytea, frontier bytea, latest_ms bigint)
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  v_log int;
begin
  perform ledger_assert_tenant(p_tenant);
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'expected READ COMMITTED, got %', current_setting('transaction_isolation') using errcode = 'SWL02';
  end if;
  select l.log_id into v_log from ledger_log l where l.tenant_id = p_tenant and l.state = 'open';
  if v_log is null then
    return;
  end if;
  perform pg_advisory_xact_lock(hashtextextended('seaworthy.ledger:' || v_log, 0));
  return query
    select l.log_id, l.origin, l.epoch, l.genesis, h.size, h.latest, h.frontier,
      greatest(
        coalesce((select ledger_leaf_ms(e.leaf)
          from ledger_entry e where e.log_id = l.log_id and e.seq = h.size - 1), 0),
        coalesce((select ledger_day_end_ms(max(d.day)) from ledger_daily d where d.log_id = l.log_id), 0))
    from ledger_log l join ledger_head h on h.log_id = l.log_id where l.log_id = v_log;
end
$$;
drop function ledger_v1_unseal;
drop function ledger_v1_seal;
drop table ledger_v1_step, ledger_v1;
drop index ledger_log_current;
create unique index ledger_log_open on ledger_log (tenant_id) where state = 'open';
alter table ledger_log drop constraint ledger_log_state_check;
alter table ledger_log add constraint ledger_log_state_check check (state in ('open', 'sealed'));
