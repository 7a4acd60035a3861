drop table flag_change;
drop table flag_switch;
