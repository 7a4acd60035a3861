drop index notification_message_dead;
