/** What `mc explain trace` prints: how a service of one cluster comes to be reached from another. */
export const TRACE = `trace: from a caller in one cluster to a service in another

A Service with label solo.io/service-scope=global (its own, or that of its namespace) is shared. istiod
of every linked cluster writes a name for it, a ServiceEntry with host NAME.NAMESPACE.mesh.internal (in
a Segment its domain), and for each cluster that shares it a WorkloadEntry, which leads to the
east-west gateway there. Services of clusters are one where name and namespace are the same; no copy is
needed in the callers' cluster. With scope global-only there is no new name: the local one gets the
pods of all clusters.

mc trace follows that path hop by hop, and stops where traffic would:

   1  exists      the Service is there, with the port
   2  shared      its label, or that of its namespace, says so; both clusters are in one Segment
   3  link        a remote Gateway leads there, and is connected
   4  imported    istiod of the callers' cluster has written the name, and nothing else has it
   5  entry       something stands for the pods there, on the network that the cluster is on
   6  name        the name has an address; with --client: the caller is captured, so it resolves it
   7  data plane  with --deep: istiod and the ztunnel of the caller's node know all that
   8  choice      which pods ztunnel takes
   9  gateway     the east-west gateway there is programmed, and no NetworkPolicy closes it
  10  endpoints   ready pods there
  11  policy      AuthorizationPolicies there, as far as names tell

That only local pods answer is meant so: a shared service prefers the callers' own network (PreferNetwork),
and other clusters answer when it has no ready pod there. Traffic distribution Any spreads it.

What it comes to, and the exit code:

  reaches remote                        pods of the other cluster answer                  0
  falls back to B when A has none       pods of A answer while it has any                 0
  stays local (by design)               somebody wants it so: Segment, label, draining    0
  broken at hop N                       later hops are moot; the remedy is that of hop N   1
  cannot tell (hop N not read)          what tells was not read                           1

It claims nothing that objects do not tell: whether packets pass a firewall or a load balancer, how the
application resolves names, what was sent a moment ago. From hop 6 on a command shows each in the cluster.
`;
