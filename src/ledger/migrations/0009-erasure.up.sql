-- Payloads can be erased: keys destroyed, ciphertext gone, and the entry that says so named beside each. Locks ledger_payload for
-- a moment and reads no row of it.
alter table ledger_payload add column erased_log int, add column erased_seq bigint;
create index ledger_payload_erased on ledger_payload (log_id, erased_log, erased_seq) where erased_seq is not null;

-- Whose keys these are no longer opens anything; the numbers stay, so that none is given again.
create function ledger_destroy_keys(p_tenant text, p_ids int[]) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform ledger_assert_tenant(p_tenant);
  update ledger_dek set wrapped = null where tenant_id = p_tenant and dek_id = any (p_ids);
end
$$;

-- Takes the ciphertext of rows whose keys are destroyed, and of no other, and names the entry that attests it.
create function ledger_erase(p_tenant text, p_log int, p_seqs bigint[], p_by_log int, p_by_seq bigint) returns bigint
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  v_count bigint;
begin
  perform ledger_assert_tenant(p_tenant);
  if not exists (select from ledger_log l where l.log_id = p_log and l.tenant_id = p_tenant) then
    raise exception 'expected a log of the tenant, got %', p_log using errcode = 'SWL03';
  end if;
  update ledger_payload p set sealed = null, erased_log = p_by_log, erased_seq = p_by_seq
    where p.log_id = p_log and p.seq = any (p_seqs) and p.sealed is not null and exists (
      select from ledger_dek k where k.tenant_id = p_tenant and k.dek_id = p.dek_id and k.wrapped is null);
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
revoke execute on function ledger_destroy_keys, ledger_erase from public;
grant execute on function ledger_destroy_keys, ledger_erase to seaworthy_app;
