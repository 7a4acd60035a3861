drop table notification_message;
drop table notification_channel;
