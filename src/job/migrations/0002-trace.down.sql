alter table job_item drop column traceparent;
