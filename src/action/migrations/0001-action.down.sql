drop table action_preview;
