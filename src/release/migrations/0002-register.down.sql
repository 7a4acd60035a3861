delete from release_sign_off where decision = 'WITHDRAW';
alter table release_sign_off drop constraint release_sign_off_decision_check;
alter table release_sign_off add constraint release_sign_off_decision_check
  check (decision in ('APPROVE', 'REJECT'));
drop table release_waiver_use;
drop table release_register_act;
drop table release_register;
