drop table ledger_trace;
