drop table identity_api_key;
