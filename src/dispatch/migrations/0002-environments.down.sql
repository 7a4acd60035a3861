-- Of several open requests for a release the newest stays.
update dispatch_request set state = 'abandoned', reason = 'one request for a release again'
where state in ('waiting', 'claimed', 'running') and exists (
  select from dispatch_request other
  where other.tenant_id = dispatch_request.tenant_id and other.service = dispatch_request.service
    and other.version = dispatch_request.version and other.state in ('waiting', 'claimed', 'running')
    and other.request_id > dispatch_request.request_id);
drop index dispatch_request_open;
create unique index dispatch_request_open on dispatch_request (tenant_id, service, version)
  where state in ('waiting', 'claimed', 'running');
