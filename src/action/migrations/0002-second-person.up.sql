-- Whether somebody else than who asked has to confirm; the token is bound to it. The default needs no rewrite.
alter table action_preview add column asks_second_person boolean not null default false;
