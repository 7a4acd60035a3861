-- Background work: jobs, the workers that run them, and schedules. Locks nothing that exists.
create table job_item (
  tenant_id text not null references tenant (tenant_id),
  job_id uuid not null,
  kind text not null check (length(kind) between 1 and 100),
  -- One job of a key is open at a time.
  key text check (length(key) between 1 and 300),
  state text not null check (state in ('waiting', 'ready', 'active', 'done', 'dead', 'cancelled')),
  priority int not null,
  due_at timestamptz not null,
  payload text not null,
  attempt int not null default 0 check (attempt >= 0),
  -- Asked for again while it ran.
  again_at timestamptz,
  -- Asked to stop while it ran.
  is_stopping boolean not null default false,
  worker_id uuid,
  progress real,
  note text,
  error text,
  result text,
  created_at timestamptz not null,
  started_at timestamptz,
  ended_at timestamptz,
  primary key (tenant_id, job_id)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);
create unique index job_item_key on job_item (tenant_id, kind, key)
  where key is not null and state in ('waiting', 'ready', 'active');
create index job_item_waiting on job_item (due_at) where state = 'waiting';
create index job_item_ready on job_item (kind, tenant_id, priority desc, due_at, job_id) where state = 'ready';
create index job_item_active on job_item (kind, tenant_id) where state = 'active';
create index job_item_held on job_item (worker_id) where state = 'active';
create index job_item_over on job_item (kind, ended_at) where state in ('done', 'cancelled');
alter table job_item enable row level security;
create policy job_item_tenant on job_item using (tenant_id = current_setting('seaworthy.tenant', true));
grant select, insert, update on job_item to seaworthy_app;

-- Of the deployment, not of a tenant: a worker runs the jobs of all of them. Who counts no further has ended.
create table job_worker (
  worker_id uuid primary key,
  beats bigint not null,
  started_at timestamptz not null
);

create table job_schedule (
  tenant_id text not null references tenant (tenant_id),
  name text not null check (length(name) between 1 and 100),
  kind text not null,
  cron text not null,
  next_at timestamptz not null,
  created_by text not null,
  primary key (tenant_id, name)
);
create index job_schedule_next on job_schedule (next_at);
alter table job_schedule enable row level security;
create policy job_schedule_tenant on job_schedule using (tenant_id = current_setting('seaworthy.tenant', true));
grant select, insert, update, delete on job_schedule to seaworthy_app;
