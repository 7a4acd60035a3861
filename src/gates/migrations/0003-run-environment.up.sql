-- The environment that a run looks at, as its subject says. Rewrites gates_run under an exclusive lock.
alter table gates_run
  add column environment text not null generated always as ((subject::json) ->> 'environment') stored;
create index gates_run_environment on gates_run (tenant_id, service, version, environment, run_id);
