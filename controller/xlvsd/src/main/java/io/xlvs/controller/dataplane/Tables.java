// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

/** The writers of the maps, which share one lock: that of {@link BpfDataPlane}. */
record Tables(
    HopTable hops,
    ServerTable servers,
    ServiceRecords services,
    RingTable rings,
    LocalAddressTable locals,
    EndpointSet endpoints,
    RequestTable requests,
    CounterStore counters,
    RingFirst ringFirst) {}
