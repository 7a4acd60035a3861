-- The role stays: other databases of the same server may use it.
drop table tenant;
