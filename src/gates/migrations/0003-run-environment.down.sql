drop index gates_run_environment;
alter table gates_run drop column environment;
