revoke update (action, resource, record) on audit_entry from seaworthy_app;
