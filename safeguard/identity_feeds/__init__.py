"""What other servers know of who is where: RADIUS accounting and DHCP leases, as claims."""
