-- Stops counting. Entries keep the numbers they carry; going up again counts everything anew, and goes on where it stood.
drop trigger ledger_entry_counted on ledger_entry;
drop function ledger_count_subjects;
drop function ledger_subject_of;
drop table ledger_subject;
