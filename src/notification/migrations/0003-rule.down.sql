drop table notification_gate;
drop table notification_rule;
