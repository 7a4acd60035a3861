-- Messages that were given up are counted at every scrape. Locks writes to messages while the index is built.
create index notification_message_dead on notification_message (tenant_id) where state = 'dead';
