-- Locks nothing that exists.
create table gates_plan (
  tenant_id text not null references tenant (tenant_id),
  plan_hash text not null check (plan_hash ~ '^sha256:[0-9a-f]{64}$'),
  service text not null,
  version text not null,
  environment text not null,
  created_at timestamptz not null,
  primary key (tenant_id, plan_hash)
);
create table gates_review (
  tenant_id text not null references tenant (tenant_id),
  plan_hash text not null,
  principal_id text not null,
  statement_id text not null,
  created_at timestamptz not null,
  primary key (tenant_id, plan_hash, principal_id)
);
create table gates_run (
  tenant_id text not null references tenant (tenant_id),
  run_id text not null,
  plan_hash text not null,
  service text not null,
  version text not null,
  terms text not null,
  subject text not null,
  started_at timestamptz not null,
  finished_at timestamptz,
  primary key (tenant_id, run_id)
);
create index gates_run_release on gates_run (tenant_id, service, version, run_id);
create table gates_intent (
  tenant_id text not null references tenant (tenant_id),
  run_id text not null,
  gate_id text not null,
  attempt integer not null check (attempt > 0),
  created_at timestamptz not null,
  primary key (tenant_id, run_id, gate_id, attempt)
);
create table gates_result (
  tenant_id text not null references tenant (tenant_id),
  run_id text not null,
  gate_id text not null,
  attempt integer not null check (attempt > 0),
  status text not null,
  judgement text not null,
  evidence text not null,
  statement_id text not null,
  finished_at_ms bigint not null,
  created_at timestamptz not null,
  primary key (tenant_id, run_id, gate_id, attempt)
);
alter table gates_plan enable row level security;
alter table gates_review enable row level security;
alter table gates_run enable row level security;
alter table gates_intent enable row level security;
alter table gates_result enable row level security;
create policy gates_plan_tenant on gates_plan using (tenant_id = current_setting('seaworthy.tenant', true));
create policy gates_review_tenant on gates_review using (tenant_id = current_setting('seaworthy.tenant', true));
create policy gates_run_tenant on gates_run using (tenant_id = current_setting('seaworthy.tenant', true));
create policy gates_intent_tenant on gates_intent using (tenant_id = current_setting('seaworthy.tenant', true));
create policy gates_result_tenant on gates_result using (tenant_id = current_setting('seaworthy.tenant', true));
grant select, insert on gates_plan, gates_review, gates_run, gates_intent, gates_result to seaworthy_app;
grant update (finished_at) on gates_run to seaworthy_app;
