drop table web_kept_answer;
