-- Forgets which days were sealed; their notes, where kept elsewhere, can still be verified.
-- For checklists: true when the tenant's whole log holds together, false when not, null when it has no entry yet (there
-- is nothing to be true about), an error when there is no such tenant. It cannot see a cut tail: see ledger README.
create or replace function validate_hash_chain(tenant text) returns boolean
language plpgsql stable set search_path = pg_catalog, public, pg_temp as $$
declare
  v_log int;
  v_size bigint;
  v_ok boolean := null;
begin
  if not exists (select from public.tenant t where t.tenant_id = validate_hash_chain.tenant) then
    raise exception 'expected a known tenant' using errcode = 'SWL06';
  end if;
  for v_log, v_size in
    select l.log_id, greatest(h.size, (select max(e.seq) + 1 from ledger_entry e where e.log_id = l.log_id))
    from ledger_log l left join ledger_head h on h.log_id = l.log_id
    where l.tenant_id = validate_hash_chain.tenant order by l.epoch
  loop
    if v_size is distinct from 0 then
      select coalesce(v_ok, true) and v.ok into v_ok from ledger_verify(v_log, 0, coalesce(v_size, 1) - 1) v;
    end if;
  end loop;
  return v_ok;
end
$$;

-- Takes the log's turn until the end of the transaction, then reads its head: in READ COMMITTED each statement of a
-- volatile function has its own snapshot, so the head is read after the wait. No row: the tenant has no open log.
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
      coalesce((select ('x' || encode(substr(e.leaf, 13, 8), 'hex'))::bit(64)::bigint
        from ledger_entry e where e.log_id = l.log_id and e.seq = h.size - 1), 0)
    from ledger_log l join ledger_head h on h.log_id = l.log_id where l.log_id = v_log;
end
$$;

drop function ledger_record_day;
drop function ledger_size_before;
drop function ledger_day_end_ms;
drop function ledger_leaf_ms;
drop table ledger_daily;
