drop table identity_spent_answer;
drop table identity_session;
drop table identity_account;
