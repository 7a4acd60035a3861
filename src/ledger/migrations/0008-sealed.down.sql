-- Back to payloads in clear, which only a ledger without a sealed one can have.
do $$
begin
  if exists (select from ledger_payload where sealed is not null) then
    raise exception 'expected no sealed payload: only the application has the keys' using errcode = 'SWL04';
  end if;
end
$$;
drop function ledger_append;
drop function ledger_add_keys;
drop index ledger_payload_clear;
alter table ledger_payload drop column sealed, drop column dek_id,
  alter column salt set not null, alter column payload set not null;
drop table ledger_dek;
-- Appends leaves that the application built under the lock, after checking them again: magic, position, time, link.
-- Leaves (of p_leaf_sizes bytes), salts and body hashes (32 bytes each) come one after the other in one value; an empty
-- idempotency id means none. Answers the new size.
create function ledger_append(
  p_log int, p_size bigint, p_frontier bytea, p_leaves bytea, p_leaf_sizes int[], p_salts bytea, p_payloads text[],
  p_idems text[], p_body_hashes bytea
) returns bigint
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  v_tenant text;
  v_head ledger_head;
  v_time bytea;
  v_added bigint;
  v_size bigint;
  v_level int := 0;
  v_width bigint := 256;
  v_data bytea;
begin
  select l.tenant_id into v_tenant from ledger_log l where l.log_id = p_log and l.state = 'open';
  if v_tenant is null then
    raise exception 'expected an open log, got %', p_log using errcode = 'SWL03';
  end if;
  perform ledger_assert_tenant(v_tenant);
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'expected READ COMMITTED, got %', current_setting('transaction_isolation') using errcode = 'SWL02';
  end if;
  perform pg_advisory_xact_lock(hashtextextended('seaworthy.ledger:' || p_log, 0));
  select * into v_head from ledger_head h where h.log_id = p_log;
  if v_head.size is distinct from p_size then
    raise exception 'expected to append at %, got %', v_head.size, p_size using errcode = '40001';
  end if;
  select coalesce((select substr(e.leaf, 13, 8) from ledger_entry e where e.log_id = p_log and e.seq = p_size - 1),
    '\x0000000000000000'::bytea) into v_time;
  v_size := p_size + cardinality(p_leaf_sizes);

  with given as (
    select p_size + n - 1 as seq,
      substr(p_leaves, (1 + sum(bytes) over (order by n) - bytes)::int, bytes) as leaf
    from unnest(p_leaf_sizes) with ordinality as u (bytes, n)
  ), hashed as (
    select seq, leaf, sha256('\x00'::bytea || leaf) as leaf_hash from given
  ), linked as (
    select seq, leaf, leaf_hash,
      lag(leaf_hash, 1, v_head.latest) over (order by seq) as before_hash,
      lag(substr(leaf, 13, 8), 1, v_time) over (order by seq) as before_time
    from hashed
  ), added as (
    insert into ledger_entry (log_id, seq, leaf, leaf_hash)
    select p_log, seq, leaf, leaf_hash from linked
    where substr(leaf, 1, 4) = '\x53570200'::bytea and substr(leaf, 5, 8) = int8send(seq)
      and substr(leaf, 21, 32) = before_hash and substr(leaf, 13, 8) >= before_time
    returning seq
  )
  select count(*) into v_added from added;
  if v_added <> cardinality(p_leaf_sizes) or v_added = 0
    or length(p_leaves) <> (select sum(bytes) from unnest(p_leaf_sizes) as u (bytes))
    or length(p_salts) <> 32 * v_added or length(p_body_hashes) <> 32 * v_added
    or cardinality(p_payloads) <> v_added or cardinality(p_idems) <> v_added then
    raise exception 'expected % linked leaves and as much of everything else, got %', cardinality(p_leaf_sizes), v_added
      using errcode = 'SWL04';
  end if;
  if length(p_frontier) <> 32 * length(replace(v_size::bit(64)::text, '0', '')) then
    raise exception 'expected a frontier of size %', v_size using errcode = 'SWL04';
  end if;

  insert into ledger_payload (log_id, seq, salt, payload)
    select p_log, p_size + n - 1, substr(p_salts, (32 * n - 31)::int, 32), payload
    from unnest(p_payloads) with ordinality as u (payload, n);
  insert into ledger_idem (log_id, idem, seq, body_hash)
    select p_log, idem::uuid, p_size + n - 1, substr(p_body_hashes, (32 * n - 31)::int, 32)
    from unnest(p_idems) with ordinality as u (idem, n) where idem <> '';

  -- Tiles that this append completed, level by level.
  while v_size / v_width > 0 loop
    for v_tile in p_size / v_width .. v_size / v_width - 1 loop
      if v_level = 0 then
        select string_agg(e.leaf_hash, ''::bytea order by e.seq) into v_data from ledger_entry e
          where e.log_id = p_log and e.seq between v_tile * 256 and v_tile * 256 + 255;
      else
        select string_agg(t.root, ''::bytea order by t.idx) into v_data from ledger_tile t
          where t.log_id = p_log and t.level = v_level - 1 and t.idx between v_tile * 256 and v_tile * 256 + 255;
      end if;
      insert into ledger_tile (log_id, level, idx, data, root)
        values (p_log, v_level, v_tile, v_data, ledger_tile_root(v_data));
    end loop;
    v_level := v_level + 1;
    v_width := v_width * 256;
  end loop;

  update ledger_head h set size = v_size, frontier = p_frontier,
    latest = (select e.leaf_hash from ledger_entry e where e.log_id = p_log and e.seq = v_size - 1)
    where h.log_id = p_log and h.size = p_size;
  return v_size;
end
$$;

revoke execute on function ledger_append from public;
grant execute on function ledger_append to seaworthy_app;
