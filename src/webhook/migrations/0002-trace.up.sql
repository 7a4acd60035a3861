-- Which trace an event came from. Takes an exclusive lock for an instant: no row is rewritten.
alter table webhook_event add column traceparent text check (length(traceparent) = 55);
