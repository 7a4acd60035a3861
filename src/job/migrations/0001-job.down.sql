drop table job_schedule;
drop table job_worker;
drop table job_item;
