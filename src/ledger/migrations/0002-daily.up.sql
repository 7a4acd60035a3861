-- Sealed days: the root of all entries before the end of a UTC day, signed once. Locks nothing that exists.
create table ledger_daily (
  log_id int not null references ledger_log (log_id),
  day date not null,
  size bigint not null check (size > 0),
  root bytea not null check (length(root) = 32),
  note text not null,
  created_at timestamptz not null,
  primary key (log_id, day)
);
alter table ledger_daily enable row level security;
create policy ledger_daily_tenant on ledger_daily using (log_id in (select log_id from ledger_log));
grant select on ledger_daily to seaworthy_app;
create trigger ledger_daily_frozen before update or delete on ledger_daily
  for each row execute function ledger_refuse_change();
create trigger ledger_daily_kept before truncate on ledger_daily
  for each statement execute function ledger_refuse_change();

-- Header time of a leaf, ms since the epoch.
create function ledger_leaf_ms(p_leaf bytea) returns bigint
language sql immutable strict set search_path = pg_catalog, public, pg_temp as $$
  select ('x' || encode(substr(p_leaf, 13, 8), 'hex'))::bit(64)::bigint
$$;

-- The first millisecond after a UTC day.
create function ledger_day_end_ms(p_day date) returns bigint
language sql immutable strict set search_path = pg_catalog, public, pg_temp as $$
  select (p_day + 1 - date '1970-01-01') * 86400000::bigint
$$;

-- How many entries came before a moment. Times never decrease along a log, so halving finds the place.
create function ledger_size_before(p_log int, p_ms bigint) returns bigint
language plpgsql stable set search_path = pg_catalog, public, pg_temp as $$
declare
  v_low bigint := 0;
  v_high bigint;
  v_middle bigint;
begin
  select h.size into v_high from ledger_head h where h.log_id = p_log;
  while v_low < v_high loop
    v_middle := (v_low + v_high) / 2;
    if (select ledger_leaf_ms(e.leaf) < p_ms from ledger_entry e where e.log_id = p_log and e.seq = v_middle) then
      v_low := v_middle + 1;
    else
      v_high := v_middle;
    end if;
  end loop;
  return v_low;
end
$$;

-- Records a sealed day, whose size must be that of all entries before its end. The key refuses a second root.
create function ledger_record_day(p_log int, p_day date, p_size bigint, p_root bytea, p_note text, p_created timestamptz)
returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  v_tenant text;
begin
  select l.tenant_id into v_tenant from ledger_log l where l.log_id = p_log;
  if v_tenant is null then
    raise exception 'expected a log, got %', p_log using errcode = 'SWL03';
  end if;
  perform ledger_assert_tenant(v_tenant);
  perform pg_advisory_xact_lock(hashtextextended('seaworthy.ledger:' || p_log, 0));
  if p_size is distinct from ledger_size_before(p_log, ledger_day_end_ms(p_day))
    or p_created < (p_day + 1)::timestamp at time zone 'UTC' then
    raise exception 'expected the % entries before the end of a day that is over, got %',
      ledger_size_before(p_log, ledger_day_end_ms(p_day)), p_size using errcode = 'SWL05';
  end if;
  insert into ledger_daily (log_id, day, size, root, note, created_at)
    values (p_log, p_day, p_size, p_root, p_note, p_created);
end
$$;
revoke execute on function ledger_record_day from public;
grant execute on function ledger_record_day to seaworthy_app;

-- Takes the log's turn until the end of the transaction, then reads its head: in READ COMMITTED each statement of a
-- volatile function has its own snapshot, so the head is read after the wait. No row: the tenant has no open log. The
-- next entry's time is not before latest_ms: that of the last entry, or the end of the last sealed day.
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

-- For checklists: true when the tenant's whole log holds together, false when not, null when it has no entry and nothing
-- signed yet (there is nothing to be true about, and a gate that asks for true does not pass), an error when there is no
-- such tenant. It sees a cut tail only down to what the tables say was signed: see ledger README.
create or replace function validate_hash_chain(tenant text) returns boolean
language plpgsql stable set search_path = pg_catalog, public, pg_temp as $$
declare
  v_log int;
  v_size bigint;
  v_signed bigint;
  v_ok boolean := null;
begin
  if not exists (select from public.tenant t where t.tenant_id = validate_hash_chain.tenant) then
    raise exception 'expected a known tenant' using errcode = 'SWL06';
  end if;
  for v_log, v_size, v_signed in
    select l.log_id, greatest(h.size, (select max(e.seq) + 1 from ledger_entry e where e.log_id = l.log_id)),
      greatest(
        (select max(c.size) from ledger_checkpoint c where c.log_id = l.log_id),
        (select max(d.size) from ledger_daily d where d.log_id = l.log_id))
    from ledger_log l left join ledger_head h on h.log_id = l.log_id
    where l.tenant_id = validate_hash_chain.tenant order by l.epoch
  loop
    if v_signed > v_size then
      v_ok := false;
    elsif v_size is distinct from 0 then
      select coalesce(v_ok, true) and v.ok into v_ok from ledger_verify(v_log, 0, coalesce(v_size, 1) - 1) v;
    end if;
  end loop;
  return v_ok;
end
$$;
