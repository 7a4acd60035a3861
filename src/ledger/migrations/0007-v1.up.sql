-- Ledgers of the first version, taken into this one and back: what was taken, and how the old table is sealed meanwhile.
-- Locks ledger_log for a moment and reads no entry.

-- `archived`: the tenant writes its first ledger again. The log can be read and signed, and goes on when it is brought up again.
alter table ledger_log drop constraint ledger_log_state_check;
alter table ledger_log add constraint ledger_log_state_check check (state in ('open', 'archived', 'sealed'));
drop index ledger_log_open;
create unique index ledger_log_current on ledger_log (tenant_id) where state <> 'sealed';

-- Tables of the first version. `up`: sealed, and its rows are in the logs below.
create table ledger_v1 (
  v1_table text primary key check (v1_table ~ '^[a-z_][a-z0-9_]{0,39}$'),
  state text not null check (state in ('up', 'down')),
  -- Who could write it before it was sealed: [{"grantee":..,"privilege":..,"grantable":..}].
  grants jsonb not null default '[]'
);
-- The entries that say so. They are the ledger's own bookkeeping, so the view of the migrated ledger leaves them out.
create table ledger_v1_step (
  log_id int not null references ledger_log (log_id),
  seq bigint not null,
  v1_table text not null references ledger_v1 (v1_table),
  direction text not null check (direction in ('up', 'down')),
  primary key (log_id, seq)
);
-- The operator's alone: no tenant reads them, so there is no policy.
alter table ledger_v1 enable row level security;
alter table ledger_v1_step enable row level security;

-- Takes the name away from a table of the first version and puts a view in its place. Nobody can write to either, the owner
-- included; whoever could read can still read. The view `<table>_v2` shows the same ledger in its new form.
create function ledger_v1_seal(p_table text) returns void
language plpgsql set search_path = pg_catalog, public, pg_temp as $$
declare
  v_sealed text := p_table || '_v1_sealed';
  v_view text := p_table || '_v2';
  v_grants jsonb;
  v_reader text;
  v_has_rules boolean;
  v_grant record;
begin
  select coalesce(jsonb_agg(jsonb_build_object('grantee', case when a.grantee = 0 then 'public' else quote_ident(r.rolname) end,
      'privilege', a.privilege_type, 'grantable', a.is_grantable)), '[]'::jsonb), bool_or(c.relrowsecurity)
    into v_grants, v_has_rules
    from pg_class c cross join lateral aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) a
      left join pg_roles r on r.oid = a.grantee
    where c.oid = format('public.%I', p_table)::regclass and a.grantee <> c.relowner;
  execute format('alter table public.%I rename to %I', p_table, v_sealed);
  execute format('create trigger ledger_v1_sealed before insert or update or delete on public.%I
    for each row execute function ledger_refuse_change()', v_sealed);
  execute format('create trigger ledger_v1_kept before truncate on public.%I
    for each statement execute function ledger_refuse_change()', v_sealed);
  for v_grant in select g ->> 'grantee' as grantee, g ->> 'privilege' as privilege from jsonb_array_elements(v_grants) g loop
    if v_grant.privilege in ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE') then
      execute format('revoke %s on public.%I from %s', v_grant.privilege, v_sealed, v_grant.grantee);
    end if;
  end loop;
  -- The caller's own rights and the table's own row security hold behind the view.
  execute format('create view public.%I with (security_invoker = true) as select * from public.%I', p_table, v_sealed);
  if to_regclass(format('public.%I', v_view || '_archived')) is not null then
    execute format('alter view public.%I rename to %I', v_view || '_archived', v_view);
  else
    execute format($view$create view public.%I as
      select l.tenant_id, l.epoch, e.seq, to_timestamp(ledger_leaf_ms(e.leaf) / 1000.0) as recorded_at,
        substring(convert_from(substr(e.leaf, 53), 'UTF8') from '"type":"([a-z0-9.-]+)","v":1}$') as type,
        encode(e.leaf_hash, 'hex') as hash, encode(substr(e.leaf, 21, 32), 'hex') as prev_hash
      from ledger_entry e join ledger_log l on l.log_id = e.log_id
      where l.tenant_id in (select m.tenant_id from ledger_v1_step s join ledger_log m on m.log_id = s.log_id
          where s.v1_table = %L)
        and not exists (select from ledger_v1_step b where b.log_id = e.log_id and b.seq = e.seq)$view$, v_view, p_table);
  end if;
  for v_reader in select distinct g ->> 'grantee' from jsonb_array_elements(v_grants) g where g ->> 'privilege' = 'SELECT' loop
    execute format('grant select on public.%I to %s', p_table, v_reader);
    -- Where rows were for some only, hashes of all of them are for nobody else.
    if not v_has_rules then
      execute format('grant select on public.%I to %s', v_view, v_reader);
    end if;
  end loop;
  update ledger_v1 set grants = v_grants where v1_table = p_table;
end
$$;

-- Gives the first version its name and its writers back. The new form keeps every row; its view is set aside.
create function ledger_v1_unseal(p_table text) returns void
language plpgsql set search_path = pg_catalog, public, pg_temp as $$
declare
  v_sealed text := p_table || '_v1_sealed';
  v_grant record;
begin
  execute format('alter view public.%I rename to %I', p_table || '_v2', p_table || '_v2_archived');
  execute format('drop view public.%I', p_table);
  execute format('drop trigger ledger_v1_sealed on public.%I', v_sealed);
  execute format('drop trigger ledger_v1_kept on public.%I', v_sealed);
  execute format('alter table public.%I rename to %I', v_sealed, p_table);
  for v_grant in select g ->> 'grantee' as grantee, g ->> 'privilege' as privilege, (g ->> 'grantable')::boolean as grantable
    from ledger_v1 v cross join jsonb_array_elements(v.grants) g where v.v1_table = p_table
  loop
    execute format('grant %s on public.%I to %s%s', v_grant.privilege, p_table, v_grant.grantee,
      case when v_grant.grantable then ' with grant option' else '' end);
  end loop;
  update ledger_v1 set state = 'down' where v1_table = p_table;
end
$$;
revoke execute on function ledger_v1_seal, ledger_v1_unseal from public;

-- As before, for the log that is not sealed, whether or not it takes appends now: an archived one is still signed.
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
  select l.log_id into v_log from ledger_log l where l.tenant_id = p_tenant and l.state <> 'sealed';
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

-- As before, but refuses a log that takes no appends now.
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
  -- After the wait, so that who takes the log away from under a caller is seen.
  if exists (select from ledger_log l where l.log_id = v_head.log_id and l.state <> 'open') then
    raise exception 'expected an open log' using errcode = 'SWL07';
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
