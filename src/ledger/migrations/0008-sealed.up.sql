-- Payloads are stored sealed, each under a key of whose data it is. Locks ledger_payload for a moment and reads no row of it: rows
-- in clear stay readable until the house has sealed them. Servers of the version before cannot append afterwards.

-- Keys of payloads, wrapped under the key of the installation, which is in no database. A destroyed one stays as a number.
create table ledger_dek (
  tenant_id text not null references tenant (tenant_id),
  dek_id int not null check (dek_id > 0),
  class text not null check (class in ('tenant', 'subject', 'actor', 'record')),
  -- Keyed hash of whose data it opens: who has the table alone learns no name.
  owner bytea not null check (length(owner) = 32),
  wrapped bytea check (length(wrapped) between 40 and 200),
  -- A key is remembered by a process only once the transaction that made it is another one's past.
  made_by xid8 not null default pg_current_xact_id(),
  primary key (tenant_id, dek_id)
);
create unique index ledger_dek_live on ledger_dek (tenant_id, class, owner) where wrapped is not null;
alter table ledger_dek enable row level security;
create policy ledger_dek_tenant on ledger_dek using (tenant_id = current_setting('seaworthy.tenant', true));
grant select on ledger_dek to seaworthy_app;

alter table ledger_payload alter column salt drop not null, alter column payload drop not null,
  add column sealed bytea, add column dek_id int;
-- Ciphertext does not get smaller.
alter table ledger_payload alter column sealed set storage external;
-- Nothing is in it once all is sealed.
create index ledger_payload_clear on ledger_payload (log_id, seq) where payload is not null;

-- Keys that a batch needs first: made under the turn of the tenant's log, or brought back from its journal.
create function ledger_add_keys(p_tenant text, p_ids int[], p_classes text[], p_owners text[], p_wrapped text[]) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform ledger_assert_tenant(p_tenant);
  insert into ledger_dek (tenant_id, dek_id, class, owner, wrapped)
    select p_tenant, id, class, decode(owner, 'hex'), decode(wrapped, 'hex')
    from unnest(p_ids, p_classes, p_owners, p_wrapped) as u (id, class, owner, wrapped)
    on conflict (tenant_id, dek_id) do nothing;
end
$$;

drop function ledger_append;
-- Appends leaves that the application built under the lock, after checking them again: magic, position, time, link.
-- Leaves (of p_leaf_sizes bytes), sealed payloads (of p_sealed_sizes bytes, each under the key in p_deks) and body hashes (32
-- bytes each) come one after the other in one value; an empty idempotency id means none. Answers the new size.
create function ledger_append(
  p_log int, p_size bigint, p_frontier bytea, p_leaves bytea, p_leaf_sizes int[], p_sealed bytea,
  p_sealed_sizes int[], p_deks int[], p_idems text[], p_body_hashes bytea
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
    or length(p_sealed) <> (select sum(bytes) from unnest(p_sealed_sizes) as u (bytes))
    or length(p_body_hashes) <> 32 * v_added or cardinality(p_sealed_sizes) <> v_added
    or cardinality(p_deks) <> v_added or cardinality(p_idems) <> v_added then
    raise exception 'expected % linked leaves and as much of everything else, got %', cardinality(p_leaf_sizes), v_added
      using errcode = 'SWL04';
  end if;
  if length(p_frontier) <> 32 * length(replace(v_size::bit(64)::text, '0', '')) then
    raise exception 'expected a frontier of size %', v_size using errcode = 'SWL04';
  end if;

  -- A process may remember a key that another one destroyed since: it begins again, and asks.
  if exists (select from (select distinct dek from unnest(p_deks) as u (dek)) d
    left join ledger_dek k on k.tenant_id = v_tenant and k.dek_id = d.dek where k.wrapped is null) then
    raise exception 'expected a key that is there' using errcode = '40001';
  end if;
  insert into ledger_payload (log_id, seq, sealed, dek_id)
    select p_log, p_size + n - 1, substr(p_sealed, (1 + sum(bytes) over (order by n) - bytes)::int, bytes), dek
    from unnest(p_sealed_sizes, p_deks) with ordinality as u (bytes, dek, n);
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

revoke execute on function ledger_add_keys, ledger_append from public;
grant execute on function ledger_add_keys, ledger_append to seaworthy_app;
