-- Endpoints of receivers, the events they want (written in one transaction with the feed's place), and the deliveries of
-- each to each. No secret is stored: they are derived from the installation's own. Locks nothing that exists.
create table webhook_endpoint (
  tenant_id text not null references tenant (tenant_id),
  endpoint_id uuid not null,
  url text not null check (length(url) between 1 and 2000),
  description text not null check (length(description) <= 300),
  -- Types of facts, or their beginnings: `run.finished`, `release.*`, `*`.
  kinds text[] not null,
  has_body_signature boolean not null,
  is_enabled boolean not null,
  disabled_reason text,
  secret_version int not null check (secret_version >= 1),
  -- Until when deliveries are signed with the secret before, too.
  previous_until timestamptz,
  failures int not null,
  rests int not null,
  is_resting boolean not null,
  rests_until timestamptz,
  created_at timestamptz not null,
  created_by text not null,
  primary key (tenant_id, endpoint_id)
) with (fillfactor = 70);

create table webhook_event (
  tenant_id text not null references tenant (tenant_id),
  event_id text not null,
  seq bigint not null,
  type text not null,
  body text not null,
  happened_at timestamptz not null,
  primary key (tenant_id, event_id)
);

create table webhook_delivery (
  tenant_id text not null references tenant (tenant_id),
  endpoint_id uuid not null,
  event_id text not null,
  seq bigint not null,
  state text not null check (state in ('pending', 'delivered', 'dead')),
  attempt int not null,
  next_at timestamptz not null,
  created_at timestamptz not null,
  first_attempt_at timestamptz,
  ended_at timestamptz,
  status int,
  error text,
  -- How often it was begun again after its end.
  replays int not null default 0,
  primary key (tenant_id, endpoint_id, event_id),
  foreign key (tenant_id, endpoint_id) references webhook_endpoint (tenant_id, endpoint_id) on delete cascade,
  foreign key (tenant_id, event_id) references webhook_event (tenant_id, event_id) on delete cascade
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);
create index webhook_delivery_pending on webhook_delivery (tenant_id, endpoint_id, next_at, seq) where state = 'pending';
create index webhook_delivery_event on webhook_delivery (tenant_id, event_id);
create index webhook_delivery_created on webhook_delivery (tenant_id, created_at);
create index webhook_event_happened on webhook_event (tenant_id, happened_at);

alter table webhook_endpoint enable row level security;
alter table webhook_event enable row level security;
alter table webhook_delivery enable row level security;
create policy webhook_endpoint_tenant on webhook_endpoint using (tenant_id = current_setting('seaworthy.tenant', true));
create policy webhook_event_tenant on webhook_event using (tenant_id = current_setting('seaworthy.tenant', true));
create policy webhook_delivery_tenant on webhook_delivery using (tenant_id = current_setting('seaworthy.tenant', true));
grant select, insert, update, delete on webhook_endpoint, webhook_event, webhook_delivery to seaworthy_app;
