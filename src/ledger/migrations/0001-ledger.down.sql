-- Removes every log for good; a checkpoint or bundle kept elsewhere then has nothing left to be compared with.
drop function validate_hash_chain;
drop function ledger_verify_tiles;
drop function ledger_verify;
drop function ledger_record_checkpoint;
drop function ledger_append;
drop function ledger_tile_root;
drop function ledger_lock;
drop function ledger_open;
drop table ledger_payload, ledger_checkpoint, ledger_tile, ledger_idem, ledger_entry, ledger_head, ledger_log;
drop function ledger_assert_tenant;
drop function ledger_refuse_change;
