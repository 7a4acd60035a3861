-- What was erased stays erased; which entry attests it is forgotten, and then it counts as missing.
drop function ledger_erase;
drop function ledger_destroy_keys;
drop index ledger_payload_erased;
alter table ledger_payload drop column erased_log, drop column erased_seq;
