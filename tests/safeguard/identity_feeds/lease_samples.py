"""The same three leases as each server writes them down, and what every parser must bear."""

from datetime import UTC, datetime

from safeguard.identity_feeds.windows_leases import Export

SOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
THEN = int(SOON.timestamp())
EXPORT = Export(datetime(2026, 11, 22, 9, tzinfo=UTC), UTC)

DNSMASQ = f"""\
{THEN} 02:00:00:00:00:01 10.0.0.1 pc-1 01:02:00:00:00:00:01
0 02:00:00:00:00:02 10.0.0.2 * *
duid 00:01:00:01:2c:00:00:00:02:00:00:00:00:ff
{THEN} 1234 2001:db8::5 pc-1 00:03:00:01:02:00:00:00:00:01
"""

ISC = """\
# The format of this file is documented in the dhcpd.leases(5) manual page.
# This lease file was written by isc-dhcp-4.4.3-P1
authoring-byte-order little-endian;

lease 10.0.0.1 {
  starts 0 2026/11/22 06:00:00;
  ends 0 2026/11/22 08:00:00;
  binding state active;
  hardware ethernet 02:00:00:00:00:01;
}
lease 10.0.0.1 {
  starts 0 2026/11/22 08:00:00;
  ends 0 2026/11/22 12:00:00;
  cltt 0 2026/11/22 08:00:00;
  binding state active;
  next binding state free;
  rewind binding state free;
  hardware ethernet 02:00:00:00:00:01;
  uid "\\001\\002\\000\\000\\000\\000\\001";
  client-hostname "pc-1";
}
lease 10.0.0.2 {
  starts 0 2026/11/22 08:00:00;
  ends never;
  binding state active;
  hardware ethernet 02:00:00:00:00:02;
}
lease 10.0.0.3 {
  ends epoch 1795345200; # Sun Nov 22 11:00:00 2026
  binding state free;
  hardware ethernet 02:00:00:00:00:03;
}
ia-na "\\001\\002\\003\\004\\000\\003\\000\\001\\002\\000\\000\\000\\000\\001" {
  cltt 0 2026/11/22 08:00:00;
  iaaddr 2001:db8::5 {
    binding state active;
    preferred-life 3600;
    max-life 7200;
    ends 0 2026/11/22 12:00:00;
  }
}
"""

KEA_HEAD = (
    "address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,"
    "user_context,pool_id\n"
)
KEA = (
    KEA_HEAD
    + f"""\
10.0.0.1,02:00:00:00:00:01,01:02:00:00:00:00:01,3600,{THEN - 60},1,0,0,pc-1,0,,0
10.0.0.1,02:00:00:00:00:01,01:02:00:00:00:00:01,3600,{THEN},1,0,0,pc-1,0,,0
10.0.0.2,02:00:00:00:00:02,,4294967295,{THEN},1,0,0,a&#x2cb,0,,0
10.0.0.3,02:00:00:00:00:03,,3600,{THEN},1,0,0,,1,,0
10.0.0.4,02:00:00:00:00:04,,0,{THEN},1,0,0,,0,,0
"""
)
KEA6 = f"""\
address,duid,valid_lifetime,expire,subnet_id,pref_lifetime,lease_type,iaid,prefix_len,fqdn_fwd,\
fqdn_rev,hostname,hwaddr,state,user_context,hwtype,hwaddr_source,pool_id
2001:db8::5,00:03:00:01:02:00:00:00:00:01,7200,{THEN},1,3600,0,7,128,0,0,pc-1,,0,,,,0
2001:db8:1::,00:03:00:01:02:00:00:00:00:09,7200,{THEN},1,3600,2,7,56,0,0,,,0,,,,0
"""

WINDOWS = """\
#TYPE Microsoft.Management.Infrastructure.CimInstance#root/Microsoft/Windows/DHCP/DhcpServerv4Lease
"IPAddress","ScopeId","AddressState","ClientId","ClientType","Description","DnsRegistration",\
"DnsRR","HostName","LeaseExpiryTime","NapCapable"
"10.0.0.1","10.0.0.0","Active","02-00-00-00-00-01","Dhcp","","Complete","A","pc-1",\
"22/11/2026 12:00:00","False"
"10.0.0.2","10.0.0.0","ActiveReservation","02-00-00-00-00-02","Dhcp","","","A","","","False"
"10.0.0.3","10.0.0.0","Expired","02-00-00-00-00-03","Dhcp","","","A","","22/11/2026 11:00:00","False"
"""
CONSOLE = (
    "Client IP Address\tName\tLease Expiration\tType\tUnique ID\tDescription\n"
    "10.0.0.1\tpc-1\t11/22/2026 12:00:00 PM\tDHCP\t020000000001\t\n"
    "10.0.0.2\tpc-2\tReservation (active)\tDHCP\t020000000002\t\n"
)
