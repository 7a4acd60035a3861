-- Lines whose entry was erased say so and nothing else. Locks nothing.
grant update (action, resource, record) on audit_entry to seaworthy_app;
