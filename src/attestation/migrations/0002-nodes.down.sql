-- The entries stay, and hash to the same roots.
drop table attestation_node;
