drop table dispatch_seat;
drop table dispatch_request;
