alter table webhook_event drop column traceparent;
