-- Runs that somebody asked for, and runners that wait for them. Locks nothing that exists.
create table dispatch_request (
  tenant_id text not null references tenant (tenant_id),
  request_id uuid not null,
  plan_hash text not null check (plan_hash ~ '^sha256:[0-9a-f]{64}$'),
  service text not null,
  version text not null,
  environment text not null,
  wish text not null,
  asked_by text not null,
  asked_at timestamptz not null,
  expires_at timestamptz not null,
  state text not null check (state in
    ('waiting', 'claimed', 'running', 'finished', 'abandoned', 'declined', 'expired', 'cancelled')),
  state_at timestamptz not null,
  reason text,
  run_id text,
  runner_id text,
  holder_id text,
  -- Until when a claim stands unless the run has started; the lease of a run is its own.
  held_until timestamptz,
  is_cancel_asked boolean not null default false,
  primary key (tenant_id, request_id)
);
-- One open request for a release.
create unique index dispatch_request_open on dispatch_request (tenant_id, service, version)
  where state in ('waiting', 'claimed', 'running');
create index dispatch_request_state on dispatch_request (state) where state in ('waiting', 'claimed', 'running');
create table dispatch_seat (
  tenant_id text not null references tenant (tenant_id),
  seat_id uuid not null,
  runner_id text not null,
  name text not null,
  machine text not null,
  offer text not null,
  opened_at timestamptz not null,
  seen_at timestamptz not null,
  primary key (tenant_id, seat_id)
);
create index dispatch_seat_seen on dispatch_seat (tenant_id, seen_at);
alter table dispatch_request enable row level security;
alter table dispatch_seat enable row level security;
create policy dispatch_request_tenant on dispatch_request
  using (tenant_id = current_setting('seaworthy.tenant', true));
create policy dispatch_seat_tenant on dispatch_seat
  using (tenant_id = current_setting('seaworthy.tenant', true));
grant select, insert on dispatch_request to seaworthy_app;
grant update (state, state_at, reason, run_id, runner_id, holder_id, held_until, is_cancel_asked)
  on dispatch_request to seaworthy_app;
grant select, insert, delete on dispatch_seat to seaworthy_app;
grant update (seen_at) on dispatch_seat to seaworthy_app;
