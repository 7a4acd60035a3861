-- Which trace a job was asked for in. Takes an exclusive lock for an instant: no row is rewritten.
alter table job_item add column traceparent text check (length(traceparent) = 55);
