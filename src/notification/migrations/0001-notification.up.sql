-- Channels of a tenant (what opens them is sealed under a key of the installation), and messages on their way over one channel
-- each, under an id that follows from what they say. Locks nothing that exists.
create table notification_channel (
  tenant_id text not null references tenant (tenant_id),
  channel_id uuid not null,
  name text not null check (length(name) between 1 and 60),
  kind text not null,
  -- What may be shown; addresses with tokens in them and passwords are in `sealed`.
  settings jsonb not null,
  sealed bytea not null,
  rate_per_minute int not null check (rate_per_minute between 1 and 600),
  is_enabled boolean not null,
  failures int not null,
  rests int not null,
  is_resting boolean not null,
  rests_until timestamptz,
  created_at timestamptz not null,
  created_by text not null,
  primary key (tenant_id, channel_id),
  unique (tenant_id, name)
) with (fillfactor = 70);

create table notification_message (
  tenant_id text not null references tenant (tenant_id),
  channel_id uuid not null,
  message_id text not null,
  -- What it is about; repetitions within a while are kept quiet.
  topic text not null,
  origin text not null,
  notice jsonb not null,
  content_hash text not null,
  state text not null check (state in ('pending', 'delivered', 'dead')),
  attempt int not null,
  next_at timestamptz not null,
  created_at timestamptz not null,
  attempted_at timestamptz,
  ended_at timestamptz,
  status int,
  error text,
  remote_id text,
  proof jsonb,
  -- Addresses that took it already, when others did not.
  reached text[] not null,
  -- How many further ones about the same were kept quiet since.
  quiet_count int not null,
  replays int not null,
  primary key (tenant_id, channel_id, message_id),
  foreign key (tenant_id, channel_id) references notification_channel (tenant_id, channel_id) on delete cascade
) with (fillfactor = 70);
create index notification_message_pending on notification_message (tenant_id, channel_id, next_at) where state = 'pending';
create index notification_message_topic on notification_message (tenant_id, channel_id, topic, created_at);
create index notification_message_attempted on notification_message (tenant_id, channel_id, attempted_at);

alter table notification_channel enable row level security;
alter table notification_message enable row level security;
create policy notification_channel_tenant on notification_channel using (tenant_id = current_setting('seaworthy.tenant', true));
create policy notification_message_tenant on notification_message using (tenant_id = current_setting('seaworthy.tenant', true));
grant select, insert, update, delete on notification_channel, notification_message to seaworthy_app;
