-- The tamper-evident log of each tenant: entries, their Merkle tiles, checkpoints and payloads. Locks nothing that exists.
create table ledger_log (
  log_id int generated always as identity primary key,
  tenant_id text not null references tenant (tenant_id),
  origin text not null unique,
  epoch int not null check (epoch >= 1),
  -- What `prev` of entry 0 holds.
  genesis bytea not null check (genesis = sha256(convert_to(
    'seaworthy-ledger/v2' || chr(10) || origin || chr(10) || epoch::text || chr(10), 'UTF8'))),
  state text not null default 'open' check (state in ('open', 'sealed')),
  unique (tenant_id, epoch)
);
create unique index ledger_log_open on ledger_log (tenant_id) where state = 'open';

-- Rewritten by every append, so half of each page is left free.
create table ledger_head (
  log_id int primary key references ledger_log (log_id),
  size bigint not null check (size >= 0),
  latest bytea not null check (length(latest) = 32),
  frontier bytea not null check (length(frontier) % 32 = 0 and length(frontier) <= 64 * 32)
) with (fillfactor = 50);

create table ledger_entry (
  log_id int not null references ledger_log (log_id),
  seq bigint not null check (seq >= 0),
  leaf bytea not null check (length(leaf) between 52 and 65535),
  leaf_hash bytea not null check (length(leaf_hash) = 32),
  primary key (log_id, seq)
);
alter table ledger_entry alter column leaf set storage external;

-- Separate from the entries, so that it can be pruned without touching them.
create table ledger_idem (
  log_id int not null references ledger_log (log_id),
  idem uuid not null,
  seq bigint not null,
  body_hash bytea not null check (length(body_hash) = 32),
  primary key (log_id, idem)
);

-- Full tiles only (C2SP tlog-tiles): 256 hashes of level 8 * level, and the hash over them.
create table ledger_tile (
  log_id int not null references ledger_log (log_id),
  level int not null check (level between 0 and 6),
  idx bigint not null check (idx >= 0),
  data bytea not null check (length(data) = 8192),
  root bytea not null check (length(root) = 32),
  primary key (log_id, level, idx)
);
alter table ledger_tile alter column data set storage external;

create table ledger_checkpoint (
  log_id int not null references ledger_log (log_id),
  size bigint not null check (size > 0),
  root bytea not null check (length(root) = 32),
  note text not null,
  created_at timestamptz not null,
  primary key (log_id, size)
);

-- Not part of the proof: destroying salt and payload leaves the entry and its commitment as they are.
create table ledger_payload (
  log_id int not null references ledger_log (log_id),
  seq bigint not null,
  salt bytea not null check (length(salt) = 32),
  payload text not null,
  primary key (log_id, seq)
);

-- The second wall: a tenant's statements see that tenant's logs only.
alter table ledger_log enable row level security;
create policy ledger_log_tenant on ledger_log using (tenant_id = current_setting('seaworthy.tenant', true));
alter table ledger_head enable row level security;
create policy ledger_head_tenant on ledger_head using (log_id in (select log_id from ledger_log));
alter table ledger_entry enable row level security;
create policy ledger_entry_tenant on ledger_entry using (log_id in (select log_id from ledger_log));
alter table ledger_idem enable row level security;
create policy ledger_idem_tenant on ledger_idem using (log_id in (select log_id from ledger_log));
alter table ledger_tile enable row level security;
create policy ledger_tile_tenant on ledger_tile using (log_id in (select log_id from ledger_log));
alter table ledger_checkpoint enable row level security;
create policy ledger_checkpoint_tenant on ledger_checkpoint using (log_id in (select log_id from ledger_log));
alter table ledger_payload enable row level security;
create policy ledger_payload_tenant on ledger_payload using (log_id in (select log_id from ledger_log));

-- Writing goes through the functions below; the role has no other way in.
grant select on ledger_log, ledger_head, ledger_entry, ledger_idem, ledger_tile, ledger_checkpoint, ledger_payload
  to seaworthy_app;

-- Hygiene, not proof: the owner can disable a trigger, and then only a checkpoint outside the database tells.
create function ledger_refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'expected % to be appended to only, got %', tg_table_name, tg_op using errcode = 'SWL01';
end
$$;
create trigger ledger_entry_frozen before update or delete on ledger_entry
  for each row execute function ledger_refuse_change();
create trigger ledger_entry_kept before truncate on ledger_entry
  for each statement execute function ledger_refuse_change();
create trigger ledger_tile_frozen before update or delete on ledger_tile
  for each row execute function ledger_refuse_change();
create trigger ledger_tile_kept before truncate on ledger_tile
  for each statement execute function ledger_refuse_change();
create trigger ledger_checkpoint_frozen before update or delete on ledger_checkpoint
  for each row execute function ledger_refuse_change();
create trigger ledger_checkpoint_kept before truncate on ledger_checkpoint
  for each statement execute function ledger_refuse_change();
create trigger ledger_log_kept before delete on ledger_log
  for each row execute function ledger_refuse_change();
create trigger ledger_head_kept before delete on ledger_head
  for each row execute function ledger_refuse_change();

-- Functions that run as the owner see every tenant, so each asks first whose turn it is.
create function ledger_assert_tenant(p_tenant text) returns void
language plpgsql stable set search_path = pg_catalog, public, pg_temp as $$
begin
  if coalesce(current_setting('seaworthy.tenant', true), '') is distinct from p_tenant
    and (current_setting('role') = 'seaworthy_app' or coalesce(current_setting('seaworthy.tenant', true), '') <> '') then
    raise exception 'expected the log of the current tenant' using errcode = '42501';
  end if;
end
$$;

-- The tenant's open log, made now if there is none. Two callers at once get the same one.
create function ledger_open(p_tenant text, p_origin text, p_genesis bytea) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  v_log int;
begin
  perform ledger_assert_tenant(p_tenant);
  perform pg_advisory_xact_lock(hashtextextended('seaworthy.ledger.open:' || p_tenant, 0));
  if exists (select from ledger_log where tenant_id = p_tenant) then
    return;
  end if;
  insert into ledger_log (tenant_id, origin, epoch, genesis) values (p_tenant, p_origin, 1, p_genesis)
    returning log_id into v_log;
  insert into ledger_head (log_id, size, latest, frontier) values (v_log, 0, p_genesis, ''::bytea);
end
$$;

-- Takes the log's turn until the end of the transaction, then reads its head: in READ COMMITTED each statement of a
-- volatile function has its own snapshot, so the head is read after the wait. No row: the tenant has no open log.
create function ledger_lock(p_tenant text)
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

-- RFC 6962 hash over a full tile's hashes (or any power of two of them).
create function ledger_tile_root(p_data bytea) returns bytea
language plpgsql immutable strict set search_path = pg_catalog, public, pg_temp as $$
declare
  v_level bytea := p_data;
begin
  while length(v_level) > 32 loop
    select string_agg(sha256('\x01'::bytea || substr(v_level, 1 + i * 64, 64)), ''::bytea order by i) into v_level
      from generate_series(0, length(v_level) / 64 - 1) as i;
  end loop;
  return v_level;
end
$$;

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

-- Records a signed checkpoint. Sizes only grow, and never past what is in the log.
create function ledger_record_checkpoint(p_log int, p_size bigint, p_root bytea, p_note text, p_created timestamptz)
returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  v_tenant text;
  v_size bigint;
begin
  select l.tenant_id, h.size into v_tenant, v_size
    from ledger_log l join ledger_head h on h.log_id = l.log_id where l.log_id = p_log;
  if v_tenant is null then
    raise exception 'expected a log, got %', p_log using errcode = 'SWL03';
  end if;
  perform ledger_assert_tenant(v_tenant);
  perform pg_advisory_xact_lock(hashtextextended('seaworthy.ledger:' || p_log, 0));
  if p_size > v_size or exists (select from ledger_checkpoint c where c.log_id = p_log and c.size >= p_size) then
    raise exception 'expected a size above every earlier checkpoint and up to %, got %', v_size, p_size
      using errcode = 'SWL05';
  end if;
  insert into ledger_checkpoint (log_id, size, root, note, created_at) values (p_log, p_size, p_root, p_note, p_created);
end
$$;

-- Checks entries p_from to p_to (both inclusive): header, position, time, own hash, link to the row before, no gap; and
-- the head when p_to reaches it. One pass, because every row is compared with its stored predecessor.
create function ledger_verify(p_log int, p_from bigint, p_to bigint)
returns table (ok boolean, checked bigint, first_bad_seq bigint, reason text, genesis bytea, latest bytea)
language plpgsql stable set search_path = pg_catalog, public, pg_temp as $$
declare
  v_log ledger_log;
  v_head ledger_head;
begin
  select * into v_log from ledger_log l where l.log_id = p_log;
  if v_log.log_id is null then
    raise exception 'expected a log, got %', p_log using errcode = 'SWL03';
  end if;
  select * into v_head from ledger_head h where h.log_id = p_log;
  select count(*) into checked from ledger_entry e where e.log_id = p_log and e.seq between p_from and p_to;
  select e.leaf_hash into genesis from ledger_entry e where e.log_id = p_log and e.seq = 0;
  select e.leaf_hash into latest from ledger_entry e where e.log_id = p_log and e.seq = p_to;

  select f.seq, f.fault into first_bad_seq, reason from (
    select r.seq, case
      when substr(r.leaf, 1, 4) <> '\x53570200'::bytea then 'header magic or version'
      when substr(r.leaf, 5, 8) <> int8send(r.seq) then 'position in the header'
      when sha256('\x00'::bytea || r.leaf) <> r.leaf_hash then 'leaf hash'
      when r.seq = 0 and substr(r.leaf, 21, 32) <> v_log.genesis then 'genesis link'
      when r.seq > 0 and r.before_seq is distinct from r.seq - 1 then 'entry before is missing'
      when r.seq > 0 and substr(r.leaf, 21, 32) <> r.before_hash then 'link to the entry before'
      when r.seq > 0 and substr(r.leaf, 13, 8) < r.before_time then 'time goes back'
    end as fault
    from (
      select e.seq, e.leaf, e.leaf_hash, lag(e.seq) over w as before_seq, lag(e.leaf_hash) over w as before_hash,
        lag(substr(e.leaf, 13, 8)) over w as before_time
      from ledger_entry e where e.log_id = p_log and e.seq between p_from - 1 and p_to
      window w as (order by e.seq)
    ) r where r.seq >= p_from
  ) f where f.fault is not null order by f.seq limit 1;

  if reason is null and checked <> p_to - p_from + 1 then
    reason := 'rows are missing at the end';
    first_bad_seq := p_from + checked;
  end if;
  if reason is null and v_head.log_id is null then
    reason := 'the head is missing';
  elsif reason is null and p_to >= v_head.size - 1 and (v_head.size <> p_to + 1 or v_head.latest is distinct from latest) then
    reason := 'the head does not name the last entry';
    first_bad_seq := p_to;
  elsif reason is null and exists (select from ledger_entry e where e.log_id = p_log and e.seq >= v_head.size) then
    reason := 'entries beyond the head';
    first_bad_seq := v_head.size;
  end if;
  ok := reason is null and checked > 0;
  if reason is null and checked = 0 then
    reason := 'no entry was checked';
  end if;
  return next;
end
$$;

-- Full tiles equal the rows they were made from, and none is missing.
create function ledger_verify_tiles(p_log int)
returns table (ok boolean, checked bigint, first_bad_level int, first_bad_idx bigint)
language plpgsql stable set search_path = pg_catalog, public, pg_temp as $$
declare
  v_size bigint;
  v_width bigint := 256;
  v_level int := 0;
begin
  select h.size into v_size from ledger_head h where h.log_id = p_log;
  checked := 0;
  while v_size / v_width > 0 and first_bad_level is null loop
    select g.idx into first_bad_idx
      from generate_series(0, v_size / v_width - 1) as g (idx)
      left join ledger_tile t on t.log_id = p_log and t.level = v_level and t.idx = g.idx
      where t.data is null or t.root is distinct from ledger_tile_root(t.data)
        or t.data is distinct from case when v_level = 0
          then (select string_agg(e.leaf_hash, ''::bytea order by e.seq) from ledger_entry e
            where e.log_id = p_log and e.seq between g.idx * 256 and g.idx * 256 + 255)
          else (select string_agg(b.root, ''::bytea order by b.idx) from ledger_tile b
            where b.log_id = p_log and b.level = v_level - 1 and b.idx between g.idx * 256 and g.idx * 256 + 255) end
      order by g.idx limit 1;
    if first_bad_idx is not null then
      first_bad_level := v_level;
    end if;
    checked := checked + v_size / v_width;
    v_level := v_level + 1;
    v_width := v_width * 256;
  end loop;
  ok := first_bad_level is null;
  return next;
end
$$;

-- For checklists: true when the tenant's whole log holds together, false when not, null when it has no entry yet (there
-- is nothing to be true about), an error when there is no such tenant. It cannot see a cut tail: see ledger README.
create function validate_hash_chain(tenant text) returns boolean
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

revoke execute on function ledger_open, ledger_lock, ledger_append, ledger_record_checkpoint from public;
grant execute on function ledger_open, ledger_lock, ledger_append, ledger_record_checkpoint to seaworthy_app;
