drop table webhook_delivery;
drop table webhook_event;
drop table webhook_endpoint;
