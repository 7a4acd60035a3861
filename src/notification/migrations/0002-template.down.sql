drop table notification_template;
