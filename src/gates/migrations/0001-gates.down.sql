drop table gates_result;
drop table gates_intent;
drop table gates_run;
drop table gates_review;
drop table gates_plan;
