drop table evidence_statement;
drop table evidence_object;
