-- One open request for a release in each environment. Takes a short exclusive lock on dispatch_request.
drop index dispatch_request_open;
create unique index dispatch_request_open on dispatch_request (tenant_id, service, version, environment)
  where state in ('waiting', 'claimed', 'running');
