drop table attestation_entry;
drop table attestation_log;
drop table attestation_authority;
drop function attestation_refuse_change();
