alter table webhook_endpoint
  drop column failure_limit,
  drop column first_rest_ms,
  drop column longest_rest_ms;
