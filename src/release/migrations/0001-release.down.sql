drop table release_decision;
drop table release_sign_off;
drop table release_release;
