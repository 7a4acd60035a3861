drop table ledger_reader;
