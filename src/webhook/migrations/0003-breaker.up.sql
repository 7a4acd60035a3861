-- What lets an endpoint rest, and for how long, of each its own. Takes an exclusive lock for an instant: no row is rewritten.
alter table webhook_endpoint
  add column failure_limit int not null default 5 check (failure_limit between 1 and 1000),
  add column first_rest_ms int not null default 30000 check (first_rest_ms between 1000 and 86400000),
  add column longest_rest_ms int not null default 3600000 check (longest_rest_ms between 1000 and 86400000);
