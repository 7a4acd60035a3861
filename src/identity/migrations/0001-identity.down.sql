drop table identity_principal;
