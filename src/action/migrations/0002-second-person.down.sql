alter table action_preview drop column asks_second_person;
