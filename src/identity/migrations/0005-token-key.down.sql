drop table identity_token_key;
